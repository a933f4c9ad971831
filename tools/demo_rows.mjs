// Rows of the demonstration town's registers: node tools/demo_rows.mjs [FOLDER], from the repository's root, writes
// towns/xinjing/registers/*.csv, or the same into another folder. Nothing in them is real: estates are those of demo.yaml, every name ends in （演示）, and the codes
// of enterprises are of a form no office gives out (DEM…) though their check characters fit. The same every time.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const TOWN = 'towns/xinjing';
const OUT = process.argv[2] ?? `${TOWN}/registers`;
const ESTATES = 66;
const BUILDINGS = 12;
const ENTERPRISES = 300;

// A chance of one's own for every question, so that a new column changes no other one.
const chance = (...of) => {
  let h = 2166136261;
  for (const c of of.join('|')) h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 3266489917) >>> 0;
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
};
const between = (lo, hi, ...of) => lo + Math.floor(chance(...of) * (hi - lo + 1));
/** One of the pairs [what, weight]. */
const pick = (pairs, ...of) => {
  let x = chance(...of) * pairs.reduce((s, [, w]) => s + w, 0);
  return pairs.find(([, w]) => (x -= w) < 0)[0];
};
const csv = (head, rows) =>
  [head, ...rows].map((r) => r.map((c) => (/[",\n]/.test(String(c)) ? `"${String(c).replace(/"/g, '""')}"` : c)).join(',')).join('\n') + '\n';
const write = (name, head, rows) => writeFileSync(`${OUT}/${name}.csv`, csv(head, rows));

// ---- what the town is

const committees = [...readFileSync(`${TOWN}/units.yaml`, 'utf8').matchAll(/code: ([a-z0-9-]+), parent: neighbourhoods, kind: neighbourhood, name: ([^,}]+)(?:, short: ([^,}]+))?/g)]
  .map(([, code, name, short]) => ({ code, name: short || name }));
const estates = readFileSync(`${TOWN}/demo.yaml`, 'utf8').match(/^estates:[^\n]*\n\s*\[([^\]]+)\]/m)[1].split(',').map((s) => s.trim());
const cells = new Map(JSON.parse(readFileSync(`${TOWN}/layers/residents.geojson`, 'utf8')).features
  .map((f) => [f.properties.unit, (f.geometry.type === 'Polygon' ? f.geometry.coordinates : f.geometry.coordinates[0])[0]]));
/** Inside its committee's cell: the middle of three corners of it that stand next to each other lies in what is convex, and ours nearly are. */
const pointIn = (unit, i) => {
  const ring = cells.get(unit);
  if (!ring) return ['', ''];
  const n = ring.length - 1;
  const mid = [0, 1].map((k) => ring.slice(0, n).reduce((s, p) => s + p[k], 0) / n);
  const [x, y] = ring[between(0, n - 1, 'corner', unit, i)];
  const far = 0.2 + 0.5 * chance('far', unit, i);
  return [(mid[1] + (y - mid[1]) * far).toFixed(6), (mid[0] + (x - mid[0]) * far).toFixed(6)];
};

// Numbers nobody has: no area begins with two noughts. And who might answer them.
const phone = (...of) => `000${String(between(0, 99_999_999, 'phone', ...of)).padStart(8, '0')}`;
const contact = (...of) => demo(pick([['王', 7], ['李', 7], ['张', 7], ['刘', 5], ['陈', 5], ['杨', 3], ['赵', 3], ['黄', 2], ['周', 2], ['吴', 2]], 'contact', ...of) + pick([['先生', 1], ['女士', 1]], 'sex', ...of));

// ---- rows

const demo = (name) => `${name}（演示）`;
const companies = ['安居', '恒洁', '和邻', '宜家园', '新泾里'].map((n) => demo(`${n}物业`));

function estateRows() {
  return estates.slice(0, ESTATES).map((name, i) => {
    const unit = committees[i % committees.length];
    const [lat, lon] = pointIn(unit.code, i);
    const kind = pick([['商品房', 34], ['售后公房', 30], ['公房', 12], ['动迁安置房', 16], ['人才公寓', 3], ['别墅', 5]], 'kind', i);
    const built = kind === '商品房' ? between(1996, 2016, 'built', i) : kind === '人才公寓' ? between(2015, 2022, 'built', i) : kind === '别墅' ? between(1995, 2008, 'built', i) : between(1978, 1999, 'built', i);
    const buildings = between(6, 42, 'buildings', i);
    const households = buildings * between(kind === '别墅' ? 1 : 18, kind === '别墅' ? 4 : 44, 'households', i);
    const old = built < 2000;
    return [demo(name), unit.name, demo(`${name}${between(1, 9, 'lane', i)}00弄`), lat, lon, kind, built, buildings, households, companies[between(0, companies.length - 1, 'company', i)],
      pick([['已成立', 72], ['筹备中', 10], ['未成立', 18]], 'owners', i), old ? pick([['未列入', 34], ['已列入', 20], ['改造中', 16], ['已完成', 30]], 'renewal', i) : '未列入',
      Math.round(households * (0.04 + 0.2 * chance('chargers', i))), chance('manager', i) < 0.9 ? contact('manager', i) : '', phone('duty', i)];
  });
}

const towers = ['泾源大厦', '北翼中心', '空港汇', '淞虹商务楼', '天山西园', '虹泾科创园', '绿谷广场', '双流大厦', '福泉中心', '临泾园', '剑河大楼', '新泾商务港'];
function buildingRows() {
  return towers.slice(0, BUILDINGS).map((name, i) => {
    const unit = committees[(i * 5 + 2) % committees.length];
    const [lat, lon] = pointIn(unit.code, `tower${i}`);
    const area = between(60, 420, 'area', i) * 100;
    const let_ = Math.round((area * (0.58 + 0.41 * chance('let', i))) / 10) * 10;
    const grade = pick([['甲级', 30], ['乙级', 40], ['园区', 25], ['其他', 5]], 'grade', i);
    return [demo(name), '营商办', demo(`${name}${between(1, 99, 'door', i)}号`), lat, lon, demo(`${name.slice(0, 2)}置业`), area, let_, `${between(300, 6200, 'tax', i)}万元`,
      ((grade === '甲级' ? 38 : 22) + between(0, 20, 'rent', i)) / 10, grade, phone('tower', i)];
  });
}

// [GB 11714-1997]: the ninth character of a body's own code; [GB 32100-2015]: the eighteenth of the whole.
const SIGNS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const bodyCode = (eight) => {
  const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce((s, w, i) => s + w * '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(eight[i]), 0);
  return eight + ['0', 'X', '9', '8', '7', '6', '5', '4', '3', '2', '1'][sum % 11];
};
const creditCode = (i) => {
  const head = `91310105${bodyCode(`DEM${String(i + 1).padStart(5, '0')}`)}`;
  let w = 1;
  let sum = 0;
  for (const c of head) {
    sum += SIGNS.indexOf(c) * w;
    w = (w * 3) % 31;
  }
  return head + SIGNS[(31 - (sum % 31)) % 31];
};

const TRADES = [['信息软件', 44, ['软件', '信息技术', '网络科技', '数据服务']], ['租赁商务', 42, ['企业管理', '商务咨询', '会展服务', '人力资源']], ['批发零售', 58, ['贸易', '商贸', '供应链', '百货']],
  ['科研技术', 26, ['科技', '检测', '工程设计']], ['交通运输', 30, ['物流', '货运代理', '航空服务']], ['住宿餐饮', 28, ['餐饮', '酒店管理', '食品']], ['居民服务', 20, ['家政', '美容', '维修']],
  ['建筑', 16, ['建筑装饰', '工程']], ['制造', 10, ['电子', '器械']], ['房地产', 12, ['置业', '物业']], ['金融', 8, ['投资管理']], ['其他', 6, ['文化传播']]];
// The section of GB/T 4754 a trade stands in; what is none of these says nothing.
const SECTION = { 信息软件: 'I', 租赁商务: 'L', 批发零售: 'F', 科研技术: 'M', 交通运输: 'G', 住宿餐饮: 'H', 居民服务: 'O', 建筑: 'E', 制造: 'C', 房地产: 'K', 金融: 'J' };
const FIRST = ['启', '恒', '嘉', '瑞', '博', '泓', '鼎', '锦', '凯', '晟', '宏', '联', '卓', '欣', '创', '朗'];
const SECOND = ['航', '远', '诚', '达', '元', '和', '翔', '新', '安', '盛', '泰', '源', '通', '景'];
function enterpriseRows() {
  const seen = new Set();
  return Array.from({ length: ENTERPRISES }, (_, i) => {
    const [industry, , kinds] = pick(TRADES.map((x) => [x, x[1]]), 'industry', i);
    let name;
    for (let n = 0; !name || seen.has(name); n++)
      name = demo(`${FIRST[between(0, FIRST.length - 1, 'a', i, n)]}${SECOND[between(0, SECOND.length - 1, 'b', i, n)]}${kinds[between(0, kinds.length - 1, 'c', i, n)]}`);
    seen.add(name);
    const size = pick([['规上', 6], ['限上', 5], ['规下', 70], ['个体', 19]], 'size', i);
    const large = size === '规上' || size === '限上';
    const staff = size === '个体' ? between(1, 7, 'staff', i) : large ? between(60, 480, 'staff', i) : between(3, 58, 'staff', i);
    const tax = Math.round(staff * (large ? 3.2 : 1.1) * (0.3 + 1.8 * chance('tax', i)) * 100) / 100;
    const status = pick([['在营', 88], ['停业', 4], ['迁出', 5], ['注销', 3]], 'status', i);
    const housed = size !== '个体' && chance('housed', i) < 0.72;
    const here = status === '在营' && chance('here', i) < 0.81;
    const unit = committees[between(0, committees.length - 1, 'unit', i)];
    const month = String(between(1, 12, 'month', i)).padStart(2, '0');
    return [name, '营商办', creditCode(i), status, industry, size, housed ? demo(towers[between(0, BUILDINGS - 1, 'tower', i)]) : '', housed ? `${between(2, 18, 'floor', i)}0${between(1, 8, 'room', i)}室` : '',
      `${between(1998, 2024, 'year', i)}-${month}-${String(between(1, 28, 'day', i)).padStart(2, '0')}`, size === '个体' ? `${between(1, 20, 'capital', i)}万` : `${between(5, 500, 'capital', i) * 10}万`, staff,
      `${tax}万`, here ? '是' : '否', here && chance('counted', i) < 0.86 ? '是' : '否', unit.name, ...(status !== '注销' && chance('known', i) < 0.82 ? [contact('firm', i), phone('firm', i)] : ['', '']), SECTION[industry] ?? ''];
  });
}

// ---- the party's organisations, their members and activities, points of service: the figures are those of a page of the town's own paper
// (241 organisations with some 7,000 members; 59, 12, 202, 6, 1 and 175 activities in the year of the rabbit), the rows are invented

const ORGANISATIONS = 241;
const MEMBERS = 7026;
const talent = committees.find((x) => x.code === 'talent');
const day = (from, days, ...of) => new Date(Date.parse(from) + between(0, days, ...of) * 86_400_000).toISOString().slice(0, 10);

function organisations() {
  const out = [];
  const put = (name, unit, kind, domain, above = '', more = {}) => { out.push({ name: demo(name), unit, kind, domain, above: above && demo(above), ...more }); return name; };
  const town = put('新泾镇党委', '新泾镇', '党委', '机关', '', { area: 11.89 });
  const group = put('鑫达集团党委', '鑫达集团', '党委', '国有集体企业', town);
  for (const unit of committees) {
    const general = put(`${unit.name}党总支`, unit.name, '党总支', '居民区', town);
    for (let i = 1; i <= 3 + (chance('branches', unit.code) < 0.4); i++) put(`${unit.name}第${'一二三四'[i - 1]}党支部`, unit.name, '党支部', '居民区', general);
  }
  for (const office of ['党政办公室', '城运中心', '营商办', '集资办', '监察办', '经济发展服务中心', '综合行政执法队', '社区卫生服务中心', '司法所'])
    put(`${office}党支部`, '新泾镇', '党支部', '机关', town);
  for (let i = 1; i <= 14; i++) put(`鑫达集团第${i}党支部`, '鑫达集团', '党支部', '国有集体企业', group);
  const firms = put('两新组织党总支', '新泾镇', '党总支', '两新组织', town);
  for (const tower of towers) put(`${tower}联合党支部`, '新泾镇', '党支部', '两新组织', firms);
  for (let i = 1; out.length < ORGANISATIONS; i++) put(`两新组织第${i}党支部`, '新泾镇', '党支部', '两新组织', firms);
  if (out.length !== ORGANISATIONS) throw new Error(`${out.length} organisations`);
  for (let i = 1; i <= 5; i++) put(`虹桥人才公寓第${i}党小组`, talent.name, '党小组', '居民区', `${talent.name}党总支`);
  put('“最虹桥”党建联盟', '新泾镇', '党建联盟', '区域化党建', '', { area: 19.9 });
  for (const name of ['长宁区金融服务业党建联盟', '“同Xin街区”治理党建联盟']) put(name, '新泾镇', '党建联盟', '区域化党建');
  put('区域化党建生态文明专委会', '新泾镇', '专委会', '区域化党建');
  return out;
}

/** The last one takes what is left, so that the sum is as told. */
function memberRows(all) {
  const weight = all.map((o, i) => (o.kind === '党支部' && o.domain === '居民区' ? between(30, 58, 'members', i) : o.kind === '党支部' ? between(6, 26, 'members', i) : between(2, 9, 'members', i)));
  const sum = weight.reduce((a, b) => a + b, 0);
  const members = weight.map((w) => Math.max(3, Math.floor((w * MEMBERS) / sum)));
  members[members.length - 1] += MEMBERS - members.reduce((a, b) => a + b, 0);
  return all.map((o, i) => {
    const probationary = Math.min(members[i] - 3, between(0, 2, 'probationary', i));
    return [o.name, o.unit, o.name, members[i] - probationary, probationary, o.name === demo('虹桥人才公寓党总支') ? 318 : o.domain === '居民区' && o.kind === '党总支' ? between(20, 160, 'in', i) : '', '2024-01-31'];
  });
}

function activityRows(all) {
  const rows = [];
  const [FROM, DAYS] = ['2023-02-01', 362]; // within the year of the rabbit
  const hosts = all.slice(1, ORGANISATIONS);
  const town = all[0];
  const themes = ['基层治理', '高质量发展', '为民服务', '作风建设', '法治建设', '生态文明', '城市更新', '安全发展'];
  const put = (name, kind, i, { host = town, series = '', partners = '', parties = 1, attended = '', honour = '', level = '' } = {}) =>
    rows.push([demo(name), host.unit, kind, day(FROM, DAYS, kind, i), series, host.name, partners, parties, attended, honour, level]);
  const theme = (...of) => themes[between(0, themes.length - 1, 'theme', ...of)];
  for (let i = 1; i <= 59; i++) put(`党委中心组第${i}次理论学习`, '中心组学习', i, { series: '党委中心组', attended: between(12, 30, 'study', i) });
  for (let i = 1; i <= 12; i++) put(`专题党课第${i}讲：${theme('special', i)}`, '专题党课', i, { attended: between(60, 300, 'special', i) });
  put('一街一镇一园区联学', '联学共建', 1, { series: '三方联学', partners: '程家桥街道党工委、虹桥临空经济园区党委', parties: 3, attended: 120 });
  for (let i = 1; i <= 6; i++) put(`专题学习报告会第${i}场`, '专题报告会', i, { attended: between(120, 400, 'report', i) });
  for (let i = 1; i <= 202; i++) put(`“初心说”主题党课第${i}场：${theme('lecture', i)}`, '主题党课', i, { host: hosts[(i * 7) % hosts.length], series: '初心说', attended: between(15, 80, 'lecture', i) });
  for (let i = 1; i <= 175; i++) put(`${theme('research', i)}调研第${i}次`, '调研', i, { host: hosts[(i * 11) % hosts.length], series: '主题教育调研', attended: between(3, 12, 'research', i) });
  put('投资中国行：2023大虹桥财富管理峰会', '招商推介', 1, { attended: 300 });
  for (let i = 1; i <= 4; i++) put(`创投沙龙第${i}期`, '企业交流', `salon${i}`, { series: '创投沙龙', attended: between(20, 60, 'salon', i) });
  for (let i = 1; i <= 3; i++) put(`行业商会活动第${i}次`, '企业交流', `chamber${i}`, { series: '行业商会', attended: between(20, 80, 'chamber', i) });
  put('首届新泾“乐活家园节”', '文化活动', 'festival', { series: '乐活家园节', attended: 2600 });
  put('西郊农民画传承和发展长三角主题交流展', '文化活动', 'paintings', { attended: 900 });
  put('名家工作室落户', '文化活动', 'studio', { attended: 60 });
  for (const [i, what] of ['婚庆文化', '地方方言'].entries()) put(`${what}非遗项目挖掘与整理`, '非遗传承', i, { series: '非遗项目', attended: 25 });
  for (const [i, what] of ['传承项目培训课', '体验日'].entries()) put(`江南文化润社区：非遗${what}`, '非遗传承', `south${i}`, { series: '江南文化润社区', attended: between(30, 90, 'south', i) });
  const prize = (name, honour, level, unit) => put(name, '评选获奖', name, { host: unit ? all.find((o) => o.name === demo(`${unit}党总支`)) : town, honour, level });
  prize('社保服务评选', '2023年度社保服务优秀社区', '市级');
  prize('睦邻巷“我们的故事”策展行动', '2023年“壹颗松杯”社区公益创投大赛银奖', '社会', '刘二居民区');
  prize('“同Xin街区：同你健康在一起”', '第六届中国（上海）社会治理创新实践优秀案例', '全国');
  prize('先锋堡垒评选', '上海市新时代居村先锋堡垒', '市级', '绿八居民区');
  prize('支部建设示范点评选', '上海市党支部建设示范点', '市级', '绿八居民区');
  // What is numbered was held in that order.
  const [KIND, HELD, SERIES] = [2, 3, 4];
  for (const of of new Set(rows.map((r) => r[KIND] + r[SERIES]))) {
    const those = rows.filter((r) => r[KIND] + r[SERIES] === of);
    const days = those.map((r) => r[HELD]).sort();
    those.forEach((r, i) => { r[HELD] = days[i]; });
  }
  return rows;
}

function facilityRows() {
  const rows = [];
  const put = (name, kind, belt, { unit = committees[rows.length % committees.length], area = between(60, 900, 'room', rows.length), opened = day('2019-01-01', 1800, 'opened', rows.length), hours = '8:30—20:00', by = '', forces = '', status = '开放' } = {}) => {
    const [lat, lon] = pointIn(unit.code, `facility${rows.length}`);
    rows.push([demo(name), unit.name, demo(`${unit.name}${between(1, 99, 'gate', rows.length)}号`), lat, lon, kind, belt, opened, status, area, hours, by, forces, chance('ramp', rows.length) < 0.7 ? '是' : '否']);
  };
  for (const name of ['仙霞路党群服务中心', '双流路党群服务中心']) put(name, '党群服务', '15分钟', { area: 1200 });
  put('訫荣荟党群服务站', '党群服务', '10分钟', { area: 300 });
  for (let i = 1; i <= 12; i++) put(`“暖新巢”驿站第${i}站`, '党群服务', '5分钟', { area: between(20, 80, 'nest', i), hours: '全天' });
  for (const name of ['上海金融系统党群服务中心（虹桥站）', '长宁“虹桥人才荟”西郊站', '新泾镇营商服务中心']) put(name, '营商服务', '不分圈层', { hours: '工作日9:00—17:30' });
  for (const name of ['长三角移动服务窗口', '“办不成事”诉求直达窗口']) put(name, '政务服务', '15分钟', { hours: '工作日9:00—17:00' });
  put('一站式非诉讼争议调解中心', '法律服务', '15分钟', { forces: 3, by: '派出所、司法所、律师事务所' });
  for (let i = 1; i <= 5; i++) put(`生境花园第${i}处`, '生境花园', '5分钟', { area: between(300, 1200, 'garden', i), hours: '全天' });
  put('社区级生境博物馆', '文化', '15分钟', { status: '在建' });
  put('“活力仙西”美丽街区', '美丽街区', '15分钟', { hours: '全天' });
  put('周家浜滨水休闲文化空间', '滨水空间', '15分钟', { hours: '全天', area: 5200 });
  put('宁聚里·Xin邻驿家', '商业便民', '10分钟');
  const daily = [['社区食堂', '商业便民', '10分钟', 6], ['菜市场', '商业便民', '10分钟', 5], ['卫生站', '医疗', '10分钟', 6], ['日间照料中心', '养老', '10分钟', 6], ['托育点', '托育', '5分钟', 4], ['健身苑', '体育', '5分钟', 8], ['图书室', '文化', '10分钟', 4], ['口袋公园', '公园绿地', '5分钟', 6]];
  for (const [name, kind, belt, n] of daily) for (let i = 1; i <= n; i++) put(`${name}第${i}处`, kind, belt);
  return rows;
}

// What is watched on the two key dates of a demonstration's autumn; a real town says its own posts and days.
function postRows() {
  const rows = [];
  const put = (occasion, from, to, name, kind, unit, need, spots) => {
    const [lat, lon] = pointIn(unit.code, `post${rows.length}`);
    rows.push([demo(name), unit.name, demo(`${unit.name}${between(1, 99, 'post', rows.length)}号`), lat, lon, kind, occasion, from, to, need, spots]);
  };
  const expo = (...x) => put('第九届进博会', '2026-11-03', '2026-11-11', ...x), holiday = (...x) => put('国庆假期', '2026-10-01', '2026-10-08', ...x);
  const homes = (i) => committees[(i * 5) % committees.length];
  for (let i = 0; i < 9; i++) expo(`${homes(i).name}楼道和车库`, '居民小区', homes(i), between(2, 4, 'stairs', i), '私改电路、电动车进楼道、飞线充电');
  for (const [i, name] of ['轨道交通站东口', '轨道交通站西口'].entries()) expo(name, '交通站点', committees[i + 1], 4, '早晚高峰客流、可疑物品');
  for (const [i, name] of ['虹桥酒店周边', '会务酒店周边'].entries()) expo(name, '宾馆酒店', committees[i + 7], 3, '车辆停放、人员聚集');
  for (const [i, name] of ['架空线入地工地', '道路改造工地'].entries()) expo(name, '在建工地', committees[i + 11], 2, '动火、用电、围挡');
  expo('商务楼大堂', '商务楼宇', committees[20], 2, '消防通道、外来人员');
  for (const [i, name] of ['商业街口', '菜市场'].entries()) holiday(name, '商圈市场', committees[i + 3], 3, '客流、占道、用电用气');
  for (let i = 0; i < 4; i++) holiday(`${homes(i + 10).name}节日值守`, '居民小区', homes(i + 10), 2, '高空抛物、飞线充电、独居老人');
  for (const [i, name] of ['滨水步道', '公园入口'].entries()) holiday(name, '道路河道', committees[i + 15], 2, '落水、客流');
  return rows;
}

// ---- what can be let, what helps an enterprise, what the collective owns and to whom it is let

function premisesRows(firms) {
  const rows = [];
  for (const tower of towers.slice(0, BUILDINGS)) {
    const tenants = firms.filter((f) => f[6] === demo(tower));
    for (let i = 1; i <= 5; i++) {
      const floor = between(2, 18, 'let floor', tower, i);
      const status = pick([['已租', 56], ['空置', 28], ['已预订', 6], ['自用', 5], ['装修', 5]], 'let', tower, i);
      const tenant = status === '已租' && tenants.length ? tenants[between(0, tenants.length - 1, 'tenant', tower, i)][0] : '';
      rows.push([demo(`${tower}${floor}层${'甲乙丙丁戊'[i - 1]}单元`), '营商办', demo(tower), floor, between(8, 120, 'room', tower, i) * 10, status,
        pick([['毛坯', 15], ['简装', 40], ['精装', 35], ['带家具', 10]], 'fitted', tower, i), tenant, between(24, 62, 'asked', tower, i) / 10, status === '空置' ? day('2026-06-01', 200, 'free', tower, i) : '']);
    }
  }
  return rows;
}

const POLICIES = [['初创企业', ['初创房租补贴', '创业担保贷款贴息', '首次招工补贴']], ['专精特新', ['研发投入奖励', '首次升规奖励', '知识产权资助']], ['总部和跨境', ['总部办公用房补贴', '出海参展补贴', '骨干人才奖励']]];
function policyRows() {
  const rows = [];
  const kinds = { 房租: '租房和装修', 贷款: '融资', 招工: '稳岗就业', 研发: '研发创新', 升规: '升规纳统', 产权: '研发创新', 用房: '租房和装修', 参展: '出海', 人才: '人才' };
  for (const [name, policies] of POLICIES) {
    const pack = demo(`${name}政策套餐`);
    rows.push([pack, '营商办', '政策套餐', '镇级', '', name, `一次告知、一窗受理：${policies.join('、')}`, '', '新泾镇营商服务中心', '2025-01-01', '']);
    for (const policy of policies) {
      const [, kind] = Object.entries(kinds).find(([word]) => policy.includes(word));
      rows.push([demo(policy), '营商办', kind, pick([['市级', 30], ['区级', 50], ['镇级', 20]], 'tier', policy), pack, name, `符合条件的给予${policy}`, `${between(3, 100, 'most', policy)}万元`, '新泾镇营商服务中心',
        '2025-01-01', chance('ends', policy) < 0.7 ? '2027-12-31' : '']);
    }
  }
  for (const policy of ['物业和停车优惠', '社保缓缴', '企业用电服务', '公共实训课程']) rows.push([demo(policy), '营商办', '其他', '镇级', '', '在镇企业', '由营商服务中心受理', '', '新泾镇营商服务中心', '2025-01-01', '']);
  return rows;
}

const ASSETS = [['领创中心', '商务楼'], ['鑫达商务楼', '商务楼'], ['泾北园', '园区厂房'], ['泾南园', '园区厂房'], ['平塘仓库', '仓库'], ['福泉路沿街商铺', '沿街商铺'], ['北翟路沿街商铺', '沿街商铺'], ['天山西路沿街商铺', '沿街商铺'],
  ['淞虹路沿街商铺', '沿街商铺'], ['新渔路停车场', '停车场'], ['屈家桥厂房', '园区厂房'], ['周家浜厂房', '园区厂房'], ['剑河路商铺', '沿街商铺'], ['双流路仓库', '仓库'], ['虹康商业楼', '商务楼'], ['程桥综合楼', '商务楼'], ['林泉路商铺', '沿街商铺'], ['中泾园', '园区厂房']];
function assetRows() {
  return ASSETS.map(([name, kind], i) => {
    const unit = committees[(i * 3 + 1) % committees.length];
    const [lat, lon] = pointIn(unit.code, `asset${i}`);
    const area = between(kind === '沿街商铺' ? 2 : 20, kind === '沿街商铺' ? 16 : 180, 'asset area', i) * 100;
    const let_ = i === 0 ? Math.round(area * 0.96) : Math.round(area * (0.45 + 0.55 * chance('asset let', i)));
    const built = between(1984, 2016, 'asset built', i);
    const income = Math.round(let_ * (kind === '商务楼' ? 1100 : kind === '沿街商铺' ? 1500 : 420) * (0.7 + 0.5 * chance('income', i)));
    return [demo(name), '集资办', demo(`${unit.name}${between(1, 99, 'asset gate', i)}号`), lat, lon, kind, i % 3 === 2 ? '经联社' : '鑫达集团', `沪（演示）字第${String(i + 1).padStart(4, '0')}号`, built,
      built < 1995 ? pick([['一般', 4], ['待修', 4], ['危旧', 1]], 'condition', i) : pick([['完好', 6], ['一般', 4]], 'condition', i), area, let_, income, Math.round(income * between(8, 30, 'value', i)),
      i === 0 ? '委托运营' : pick([['自营出租', 7], ['委托运营', 1], ['整体出租', 2]], 'run', i)];
  });
}

function leaseRows(assets, firms) {
  const rows = [];
  const open = firms.filter((f) => f[3] === '在营');
  for (const [i, a] of assets.entries())
    for (let k = 1; k <= 2 + (i % 2); k++) {
      const area = Math.round(a[11] / (2 + (i % 2)) / 10) * 10;
      const from = day('2022-01-01', 1400, 'lease', i, k);
      const known = chance('known', i, k) < 0.75;
      const rent = Math.round((a[12] / a[11] / 12) * area);
      const arrears = chance('arrears', i, k) < 0.14 ? rent * between(1, 3, 'months', i, k) : 0;
      rows.push([demo(`${a[0].replace('（演示）', '')}${k}号租约`), '集资办', a[0], `${k}层`, known ? open[between(0, open.length - 1, 'lessee', i, k)][0] : '', known ? '' : demo('个体经营户'), area, from,
        day('2026-09-01', 900, 'until', i, k), rent, arrears ? '2026-08-31' : pick([['2026-11-30', 5], ['2026-12-31', 4], ['2026-10-31', 1]], 'paid', i, k), arrears, rent * 2, pick([['未谈', 5], ['续租', 4], ['不续', 1], ['待定', 2]], 'renew', i, k)]);
    }
  return rows;
}

mkdirSync(OUT, { recursive: true });
write('estate', ['小区名称', '责任单位', '地址', '纬度', '经度', '类型', '建成年份', '楼栋数', '户数', '物业公司', '业委会', '更新情况', '电动自行车充电口', '物业经理', '物业值班电话'], estateRows());
write('building', ['楼宇名称', '责任单位', '地址', '纬度', '经度', '产权方', '商务面积（平方米）', '已租面积（平方米）', '年税收', '日租金（元每平方米）', '等级', '物业值班电话'], buildingRows());
const firms = enterpriseRows();
write('enterprise', ['企业名称', '责任单位', '统一社会信用代码', '经营状态', '行业', '规模', '所在楼宇', '室号', '成立日期', '注册资本', '从业人数', '年税收', '税收在本镇', '统计在本镇', '服务单位', '联系人', '联系电话', '国民经济行业'], firms);
const bodies = organisations();
write('party-branch', ['党组织名称', '责任单位', '类别', '领域', '上级党组织', '任期届满', '覆盖面积（平方公里）'],
  bodies.map((o, i) => [o.name, o.unit, o.kind, o.domain, o.above, /党委|党总支|党支部/.test(o.kind) ? `${between(2026, 2029, 'term', i)}-12-31` : '', o.area ?? '']));
write('activity', ['活动名称', '责任单位', '活动类别', '举办日期', '系列', '主办党组织', '联合单位', '参与方数', '参加人次', '获得荣誉', '荣誉级别'], activityRows(bodies));
write('member-count', ['党组织名称', '责任单位', '党组织', '正式党员', '预备党员', '在职党员报到', '截至日期'], memberRows(bodies.slice(0, ORGANISATIONS)));
write('facility', ['设施名称', '责任单位', '地址', '纬度', '经度', '设施类别', '圈层', '启用日期', '使用情况', '建筑或用地面积（平方米）', '开放时间', '运营单位', '入驻力量数', '无障碍'], facilityRows());
write('premises', ['房源', '责任单位', '楼宇', '楼层', '面积（平方米）', '出租情况', '交付状况', '承租企业', '挂牌租金（元每平方米每天）', '可入驻日期'], premisesRows(firms));
write('policy', ['政策名称', '责任单位', '政策类别', '层级', '所属套餐', '适用对象', '支持内容', '最高支持', '受理部门', '生效日期', '截止日期'], policyRows());
const assets = assetRows();
write('asset', ['资产名称', '责任单位', '地址', '纬度', '经度', '资产类别', '权属单位', '产证号', '建成年份', '房屋状况', '可租面积（平方米）', '已租面积（平方米）', '年租金收入', '账面净值', '运营方式'], assets);
write('lease', ['租约', '责任单位', '集体资产', '部位', '承租企业', '承租人（未入企业台账的）', '租赁面积（平方米）', '起租日期', '到期日期', '月租金', '租金付至', '欠租', '押金', '续租意向'], leaseRows(assets, firms));
write('post', ['值守点', '责任单位', '地址', '纬度', '经度', '点位类别', '值守节点', '值守开始', '值守结束', '应在岗人数', '看护重点'], postRows());
