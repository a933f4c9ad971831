// What is in the pictures of the documents, in the order in which they are made: what one does, later ones show.
//
//   name   of the file; it stands in docs/guide/pictures, or in `folder`
//   who    is logged in (nobody when it is left out)
//   at     the page that is opened
//   first  what is done then: [verb, what, with what], verbs as in pictures.mjs, names as on the screen
//   show   the part that is shown (a selector); left out: what is in sight. `most`: no higher than so many points
//   size   page 1280 wide, desk 1366 (what offices have), phone 390; `tall`: another height
//   only   `do`: nothing is shown, what is done is needed below
//
// Everything typed here is invented, and names of persons are marked （演示） as in the demonstration town.
import { makeBook } from '../tests/api/xlsx.mjs';

/** The moment of all pictures: a Friday afternoon. */
export const AT = '2026-11-20T15:30:00+08:00';
/** How many orders the town has lived through. */
export const ITEMS = 12000;

const HEAD = ['工单编号', '受理时间', '来源', '业务类型', '紧急程度', '大类', '小类', '标题', '内容', '地址', '联系人', '电话'];
let orders = 0;
const order = (kind, top, klass, title, text, address, more = {}) => {
  const n = ++orders;
  const row = { 工单编号: `SH20261120${String(n).padStart(6, '0')}`, 受理时间: `2026-11-20 ${n < 10 ? 13 : 14}:${String(10 + (n % 10) * 4)}`, 来源: '12345', 业务类型: kind, 紧急程度: '一般',
    大类: top, 小类: klass, 标题: title, 内容: text, 地址: address, 联系人: `${'赵钱孙李周吴郑王'[n % 8]}${n % 2 ? '女士' : '先生'}（演示）`, 电话: `0009999${String(1000 + n)}`, ...more };
  return HEAD.map((h) => row[h]);
};
const WIRES = '来电人反映：北虹居民区沁园（演示）3号楼有人从二楼窗口拉线给电动自行车充电，夜间无人看管，存在火灾隐患，希望尽快清理。';
const ROWS = [
  order('投诉', '公共安全', '飞线充电', '北虹居民区沁园（演示）3号楼有人飞线充电', WIRES, '北虹居民区沁园（演示）3号楼'),
  order('投诉', '公共安全', '飞线充电', '沁园（演示）3号楼窗口拉线给电瓶车充电', `${WIRES.replace('来电人', '市民')}之前已向物业反映过。`, '北虹居民区沁园（演示）3号楼东侧'),
  order('求助', '物业管理', '电梯故障', '淞二居民区电梯停在半层，反复故障', '来电人反映：淞二居民区5号楼电梯一周内三次停在半层，老人出行不便，希望尽快维修。', '淞二居民区5号楼', { 紧急程度: '紧急' }),
  order('投诉', '环卫市容', '暴露垃圾', '福泉路居民区围墙外堆放垃圾袋', '来电人反映：福泉路居民区围墙外人行道上长期堆放垃圾袋，异味明显，希望清运。', '福泉路居民区北门外'),
  order('咨询', '营商服务', '企业服务', '咨询企业注册地址变更手续', '来电人咨询：公司搬迁到本镇，办理注册地址变更需要哪些材料，到哪里办理。', '林泉路居民区'),
  order('举报', '街面秩序', '占道无照经营', '华松居民区菜场门口流动摊贩占道', '来电人举报：华松居民区菜场门口早晚有流动摊贩占道经营，行人只能走车行道。', '华松居民区菜场门口'),
  order('投诉', '物业管理', '楼道堆物', '绿八居民区楼道堆放旧家具', '来电人反映：绿八居民区7号楼3层楼道堆放旧家具，影响通行，已持续两周。', '绿八居民区7号楼3层'),
  order('求助', '设施损坏', '路灯故障', '平塘居民区东侧小路三盏路灯不亮', '来电人反映：平塘居民区东侧小路三盏路灯不亮已三天，夜间行走不便。', '平塘居民区东侧小路'),
  order('投诉', '噪声与环境', '施工噪声', '虹康居民区附近工地夜间施工', '来电人反映：虹康居民区附近工地夜里十一点仍在施工，影响休息，希望制止。', '虹康居民区南侧'),
  order('求助', '民生保障', '养老服务', '咨询老年人助餐点开放时间', '来电人咨询：中泾居民区老年人助餐点的开放时间和办卡手续。', '中泾居民区'),
  order('投诉', '环卫市容', '绿化养护', '曙光居民区树枝伸入阳台', '来电人反映：曙光居民区12号楼前树枝伸入三楼阳台，刮风时打到窗户，希望修剪。', '曙光居民区12号楼'),
  order('投诉', '公共安全', '消防通道占用', '怡景苑居民区消防通道停满车辆', '来电人反映：怡景苑居民区消防通道每晚停满车辆，消防车无法进入，希望整治。', '怡景苑居民区', { 紧急程度: '紧急' }),
  order('投诉', '物业管理', '小区停车', '南洋新都居民区地锁拦住出入口', '来电人反映：南洋新都居民区有人私装地锁，挡住出入口，车辆进出困难。', '南洋新都居民区'),
  order('建议', '物业管理', '小区停车', '建议新泾北苑居民区错时开放停车位', '来电人建议：新泾北苑居民区白天空余车位可以错时开放，缓解周边停车难。', '新泾北苑居民区'),
  // five that stay out, each for a reason people meet
  order('投诉', '环卫市容', '道路保洁', '双流路居民区落叶未清扫', '来电人反映：双流路居民区门前落叶多日未清扫。', '双流路居民区', { 受理时间: '2026/13/20 14:05' }),
  order('吐槽', '噪声与环境', '邻里噪声', '定威路居民区楼上装修声音大', '来电人反映：楼上装修声音大。', '定威路居民区'),
  order('投诉', '物业管理', '业主委员会', '', '来电人反映：业委会换届公告没有张贴。', '程桥居民区'),
  order('投诉', '设施损坏', '井盖缺损', '槐荫路井盖松动', '来电人反映：路口井盖松动，车辆经过异响。', '淮阴路居民区', { 工单编号: 2.0261120e17 }),
  order('投诉', '设施损坏', '道路破损', '刘一居民区路面坑洼', '来电人反映：刘一居民区主干道路面坑洼。', '刘一居民区', { 受理时间: '2026-11-21 09:10' }),
];
const SHEET = { name: '市平台工单1120（演示）.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  buffer: makeBook({ 工单: { rows: [['新泾镇市平台工单导出（演示）　2026年11月20日'], HEAD, ...ROWS], merges: ['A1:L1'] } }) };

const WORDS = encodeURIComponent;
const FILLED = [
  ['fill', '标题', '北虹居民区沁园（演示）3号楼又有人拉线充电'], ['fill', '诉求内容', '来电人反映：3号楼窗口拉线给电动自行车充电，上周已反映过，这几天又有了。'],
  ['fill', '地址', '北虹居民区沁园（演示）3号楼'], ['choose', '来源', '12345'], ['choose', '业务类型', '投诉'], ['pick', '分类', '飞线充电'],
];

const README = 'docs/pictures';
/** @type {object[]} */
export const PICTURES = [
  { name: 'board', folder: README, who: 'dispatcher1', at: '/boards?period=2026-10', size: 'desk' },
  { name: 'items', folder: README, who: 'dispatcher1', at: '/items?filter=open%3Ayes&sort=due', size: 'desk' },
  { name: 'today', folder: README, who: 'dispatcher1', at: '/', size: 'desk' },
  { name: 'item', folder: README, who: 'dispatcher1', first: [['open', 'state:handling returns:>=1']], size: 'desk' },

  // 登录与首页
  { name: 'login', at: '/login', show: '.login', tall: 900 },
  { name: 'today-unit', who: 'handler-enforcement', at: '/', tall: 700 },
  { name: 'today-phone', who: 'handler-enforcement', at: '/', size: 'phone' },
  { name: 'menu', who: 'handler-enforcement', at: '/', first: [['touch', '.menu summary']], show: '.menu-body' },

  // 导入；what comes in is dispatched below
  { name: 'import-file', who: 'dispatcher1', at: '/import', first: [['file', SHEET]], tall: 520 },
  { name: 'import-columns', who: 'dispatcher1', at: '/import', first: [['file', SHEET], ['click', '看表'], ['see', '读作']], tall: 860 },
  { name: 'import-tried', who: 'dispatcher1', at: '/import', tall: 900, first: [['file', SHEET], ['click', '看表'], ['click', '试跑'], ['see', '有问题的 5 行']] },
  { name: 'import-written', who: 'dispatcher1', at: '/import', tall: 620, first: [['file', SHEET], ['click', '看表'], ['click', '试跑'], ['begin', '写入'], ['see', '撤销整批']] },

  // 派单台
  { name: 'desk', who: 'dispatcher1', at: '/desk', size: 'desk', first: [['press', 'j'], ['press', 'k'], ['see', '由此办结']] },
  { name: 'desk-suggest', who: 'dispatcher1', at: `/desk?filter=${WORDS('飞线')}`, size: 'desk', tall: 900, first: [['see', '文字里有'], ['press', '1'], ['see', '派给 北虹居委会']], show: '.desk-act' },
  { name: 'desk-compare', who: 'dispatcher1', at: `/desk?filter=${WORDS('飞线')}`, size: 'desk', first: [['see', '可能重复'], ['press', 'm'], ['see', '这一件']], show: 'dialog[open]' },
  { name: 'desk-batch', who: 'dispatcher1', at: '/desk', size: 'desk',
    first: [['press', 'x'], ['press', 'j'], ['press', 'x'], ['press', 'd'], ['pick', '主办单位', '城运中心'], ['see', '将派给']], show: 'dialog[open]' },
  { name: 'desk-undo', who: 'dispatcher1', at: `/desk?filter=${WORDS('旧家具')}`, size: 'desk', first: [['see', '文字里有'], ['press', '1'], ['see', '派给 绿园'], ['press', 'd'], ['see', '已派']], show: '.desk-foot' },

  // 接单与登记
  { name: 'file-new', who: 'clerk1', at: '/new', tall: 860, first: FILLED },
  { name: 'file-kin', who: 'clerk1', at: '/new', tall: 1500, first: [...FILLED, ['see', '同一分类']], show: 'section.kin' },
  { name: 'file-place', who: 'clerk1', at: '/new', tall: 2100, first: [['unfold', '在图上标位置'], ['see', '或者按网格定位'], ['choose', '或者按网格定位', '北虹居民区'], ['see', '北虹居委会']], show: 'details[open]' },
  { name: 'file-wrong', who: 'clerk1', at: '/new', tall: 620, first: [['fill', '标题', '北虹居民区沁园（演示）楼道灯不亮'], ['touch', 'form .actions .primary'], ['see', '处需要改']] },

  // 承办
  { name: 'part', only: 'do', who: 'dispatcher1', at: `/desk?filter=${WORDS('飞线')}`, size: 'desk', first: [['see', '文字里有'], ['press', '1'], ['see', '派给 北虹居委会'], ['press', 'd'], ['see', '已派']] },
  { name: 'handle', who: 'handler-beihong', tall: 900, first: [['open', '飞线 open:yes unit:mine']] },
  { name: 'step-contact', who: 'handler-beihong', first: [['open', '飞线 open:yes unit:mine'], ['begin', '先行联系'], ['choose', '是否先行联系', '否'], ['see', '没有联系上要写原因']], show: 'dialog[open]' },
  { name: 'step-reply', who: 'handler-beihong', tall: 1100, first: [['open', '飞线 -kind:咨询,建议 open:yes unit:mine'], ['begin', '反馈'], ['choose', '事实认定', '不属实'], ['fill', '事实说明', '不属实。'], ['see', '这类认定要说明理由'], ['begin', '反馈']], show: 'dialog[open]' },
  { name: 'step-return', who: 'handler-beihong', first: [['open', '飞线 open:yes unit:mine'], ['begin', '申请退单'], ['choose', '原因', '职责不符'], ['choose', '具体原因', '非本辖区'], ['fill', '办理说明', '现场核对，该楼属相邻居民区管辖。']], show: 'dialog[open]' },
  { name: 'asked', only: 'do', who: 'handler-beihong', first: [['open', '飞线 open:yes unit:mine'], ['begin', '申请延期'], ['choose', '原因', '情况复杂'], ['choose', '具体原因', '需多方协调'], ['fill', '延长多久', '3'], ['fill', '办理说明', '需与物业、业委会共同商定充电位置。'], ['begin', '申请延期'], ['see', '待审核：延期']] },
  { name: 'ask-waits', who: 'leader1', first: [['open', 'asks:mine 飞线'], ['see', '待审核：延期']], show: '.requests' },
  { name: 'ask-decide', who: 'leader1', first: [['open', 'asks:mine 飞线'], ['click', '同意'], ['see', '准予延长']], show: 'dialog[open]' },
  { name: 'reveal', who: 'handler-beihong', first: [['open', '飞线 open:yes unit:mine'], ['click', '查看号码'], ['fill', '为什么要看', '电话联系诉求人']], show: 'dialog[open]' },
  { name: 'revealed', only: 'do', who: 'handler-beihong', first: [['open', '飞线 open:yes unit:mine'], ['click', '查看号码'], ['fill', '为什么要看', '电话联系诉求人'], ['click', '记录原因并查看'], ['see', '已显示，本次查看已记录。']] },
  { name: 'slip', who: 'leader1', first: [['open', 'open:yes state:handling loop:hotline overdue:yes'], ['touch', 'main button:text-is("督办")'], ['choose', '督办来源', '镇领导'], ['choose', '督办类型', '重点督办'], ['fill', '办理说明', '请本周内办结，并当面答复诉求人。']], show: 'dialog[open]' },

  // 回访与评价
  { name: 'rate', who: 'dispatcher1', tall: 1000, first: [['open', 'loop:hotline state:closed kind:投诉'], ['click', '回访评价'], ['choose', '是否解决', '实际解决'], ['choose', '综合满意', '基本满意']], show: 'dialog[open]' },
  { name: 'judges', who: 'dispatcher1', tall: 1400, first: [['open', 'loop:hotline district.satisfied:不满意 -own.satisfied:none']], show: '.item-main .card:nth-of-type(2)' },

  // 列表与视图
  { name: 'list', who: 'dispatcher1', at: `/items?filter=${WORDS('open:yes loop:hotline kind:投诉')}`, tall: 600 },
  { name: 'list-wrong', who: 'dispatcher1', at: `/items?filter=${WORDS('状态:办理种 超期:是')}`, tall: 420 },
  { name: 'list-columns', who: 'dispatcher1', at: `/items?filter=${WORDS('open:yes loop:hotline')}`, tall: 820, first: [['click', '列'], ['see', '显示哪些列']], show: 'dialog[open]' },
  { name: 'list-bulk', who: 'dispatcher1', at: `/items?filter=${WORDS('state:checked loop:hotline')}`, tall: 560, first: [['touch', '.items tbody tr:nth-child(1) input'], ['touch', '.items tbody tr:nth-child(2) input'], ['touch', '.items tbody tr:nth-child(3) input'], ['see', '已选 3 件']] },
  { name: 'list-try', who: 'dispatcher1', at: `/items?filter=${WORDS('state:checked loop:hotline')}`, first: [['touch', '.items tbody tr:nth-child(1) input'], ['touch', '.items tbody tr:nth-child(2) input'], ['touch', '.items tbody tr:nth-child(3) input'], ['click', '办结'], ['click', '先看会怎样'], ['see', '3 件可以办结']], show: 'dialog[open]' },
  { name: 'view-save', who: 'leader1', at: `/items?filter=${WORDS('open:yes overdue:yes')}`, first: [['click', '存为视图'], ['fill', '视图名称', '全镇超期']], show: 'dialog[open]' },

  // 看板与月度分析，考核
  { name: 'board-table', who: 'leader1', at: '/boards?period=2026-10', tall: 640 },
  { name: 'cadences', who: 'leader1', at: '/cadences', tall: 640 },
  { name: 'supervision', who: 'leader1', at: '/supervision', tall: 760 },
  { name: 'keydates', who: 'leader1', at: '/keydates', tall: 700 },
  { name: 'visit-item', who: 'keeper1', tall: 900, first: [['open', 'loop:visit -raised_at:none']] },
  { name: 'watch-board', who: 'leader1', at: '/boards?loop=watch&period=2026-11', tall: 760 },
  { name: 'watch-book', who: 'duty1', at: `/items?filter=${WORDS('loop:watch -state:void -reported_at:none filed:2026-11')}`, tall: 640, first: [['click', '值守台账']] },
  { name: 'incident-item', who: 'duty1', tall: 900, first: [['open', 'loop:incident state:closed -back_at:none']] },
  { name: 'registers', who: 'keeper1', at: '/registers', tall: 640 },
  { name: 'register', who: 'keeper1', at: '/registers/enterprise', tall: 640 },
  { name: 'register-row', who: 'keeper1', tall: 900, first: [['go', `/registers/enterprise?filter=${WORDS('size:规上')}`], ['touch', '.items tbody tr:first-child a']] },
  { name: 'month', who: 'leader1', at: '/month?period=2026-10', tall: 820 },
  { name: 'score', who: 'leader1', at: '/scores/zhaoxiang?period=2026-10', size: 'desk' },
  { name: 'score-why', who: 'leader1', at: '/scores/zhaoxiang?period=2026-10', size: 'desk', first: [['touch', '.board.score tbody td.points .cell']], show: 'dialog[open]' },

  // 巡查
  { name: 'patrol-new', who: 'inspector1', at: '/new', size: 'phone', tall: 1340, first: [['fill', '标题', '绿八居民区 7 号楼前盲道砖翘起'], ['fill', '情况描述', '盲道砖翘起 3 块，长约一米，位于 7 号楼前人行道，夜间易绊倒。'], ['choose', '来源', '监督员上报'], ['pick', '分类', '盲道缺损']] },
  { name: 'patrol-item', who: 'duty1', tall: 760, first: [['open', 'loop:patrol state:checking']] },

  // 管理员，领导
  { name: 'people', who: 'sysadmin', at: '/settings/people', tall: 460 },
  { name: 'access', who: 'secadmin', at: '/settings/people', first: [['fill', '查找', '吴刚'], ['begin', '权限']], show: 'dialog[open]' },
  { name: 'defs', who: 'sysadmin', at: '/settings/defs', tall: 480 },
  { name: 'audit', who: 'auditadmin', at: '/settings/audit?about=reveal', tall: 470 },
  { name: 'leader-today', who: 'leader1', at: '/', tall: 720 },
  { name: 'keys', who: 'dispatcher1', at: '/', first: [['press', '?']], show: 'dialog[open]' },
  { name: 'desk-keys', who: 'dispatcher1', at: '/desk', size: 'desk', tall: 900, first: [['press', '?']], show: 'dialog[open]' },
];

/** What the pictures need and no screen makes. */
export async function EXTRA() {}
