// Invented data for the mock server: a small loop, a few units, items that differ in every way the pages draw.
// FOR DEVELOPMENT OF THE PAGES ONLY. The browser tests of the project run against the real server.

const HOUR = 3600000;
const DAY = 24 * HOUR;
/** The instant the mock lives at. */
export const T0 = Date.now();

/** RFC 3339 in the town's zone. */
export function iso(ms) {
  return ms === null ? null : `${new Date(ms + 8 * HOUR).toISOString().slice(0, 19)}+08:00`;
}

const UNITS = [
  [1, 0, 'town', 'demo-town', '示例镇', ''], [2, 1, 'centre', 'ops-centre', '城市运行管理中心', '城运中心'],
  [3, 1, 'office', 'office-safety', '平安建设办公室', '平安办'], [4, 1, 'office', 'office-build', '规划建设和生态环境办公室', '规建办'],
  [5, 1, 'office', 'office-business', '营商环境办公室', '营商办'], [6, 1, 'team', 'law-team', '综合行政执法队', '执法队'],
  [7, 1, 'office', 'communities', '居民区条线', ''], [8, 7, 'neighbourhood', 'n-01', '北虹居民区', ''], [9, 7, 'neighbourhood', 'n-02', '南溪居民区', ''],
  [10, 8, 'micro-grid', 'n-01-g1', '北虹第一微网格', ''], [11, 1, 'company', 'pm-01', '示例物业公司', '示例物业'],
];
const CLASSES = [
  [1, 0, '01', '城市管理'], [2, 1, '0101', '违法停车'], [3, 1, '0102', '占道经营'], [4, 0, '02', '公共安全'], [5, 4, '0201', '飞线充电'],
  [6, 4, '0202', '楼道堆物'], [7, 0, '03', '环境保护'], [8, 7, '0301', '夜间噪声'], [9, 0, '05', '企业服务'], [10, 9, '0501', '政策咨询'],
];
const depthIn = (rows, id) => { const r = rows.find((x) => x[0] === id); return r && r[1] ? 1 + depthIn(rows, r[1]) : 0; };

const choice = (key, title, options, required) => ({ key, title, type: 'choice', options, required: !!required });
const ask = (s) => s.split(' ').filter(Boolean).map((x) => ({ field: x.replace('!', ''), required: x.endsWith('!') }));
const step = (key, title, more = {}) => ({ key, title, hotkey: '', on_part: false, does: 'move', asks: [], note_required: false, files_max: 0, judges: [], ...more });
const REASONS = [{ key: '职责不符', options: ['非本单位职责', '非本辖区', '涉及多单位需会商'] }, { key: '信息有误', options: ['地址不详', '内容不清'] }];

const LOOP = {
  key: 'hotline', title: '12345热线工单', version: 1, def: 1, class_scheme: 'matters', caller: true, receiver: 2,
  states: [['filed', '待派单'], ['handling', '办理中'], ['suspended', '挂账', { paused: true }], ['replied', '待核查'], ['checked', '待办结'],
    ['closed', '已办结', { done: true }], ['rated', '已评价', { final: true }], ['void', '作废', { final: true }]].map(([key, title, x]) => ({ key, title, paused: false, done: false, final: false, ...x })),
  part_states: [['waiting', '待签收'], ['working', '办理中'], ['done', '已反馈'], ['returned', '已退单']].map(([key, title]) => ({ key, title })),
  clocks: [['dispatch', '派单', false], ['contact', '先行联系', true], ['handle', '处置', true], ['all', '全程', false]].map(([key, title, per_part]) => ({ key, title, per_part, yellow: 0.8 })),
  judges: [{ key: 'own', title: '镇回访' }, { key: 'district', title: '区复核' }, { key: 'third', title: '第三方测评' }],
  fields: [choice('channel', '来源', ['12345', '网格巡查', '来信来访', '领导信箱', '随申办'], true), choice('kind', '业务类型', ['咨询', '求助', '投诉', '举报', '建议'], true),
    choice('priority', '紧急程度', ['一般', '紧急', '特急']), { key: 'source_no', title: '市平台工单号', type: 'text', max: 40 }, choice('contacted', '是否先行联系', ['是', '否', '未评价']),
    choice('contact_way', '先联方式', ['电话', '上门', '短信', '其他']), choice('fact', '事实认定', ['属实', '部分属实', '不属实', '采纳', '部分采纳', '留作参考', '不予采纳']),
    choice('site', '现场查看', ['是', '否', '无实际现场']), { key: 'reply', title: '答复要点', type: 'text', max: 500 }, choice('solved', '是否解决', ['实际解决', '解释说明', '参考备案', '诉求过高', '未解决']),
    { key: 'result', title: '办理情况', type: 'text', max: 2000 }, choice('satisfied', '综合满意', ['满意', '基本满意', '一般', '不满意', '未评价']), { key: 'promised', title: '承诺日期', type: 'date' }],
  steps: [step('file', '登记', { asks: ask('channel! kind! priority class! source_no') }),
    step('dispatch', '派单', { hotkey: 'D', does: 'dispatch', from: ['filed'], to: 'handling' }), step('assist', '增派协办', { does: 'assist', from: ['handling'] }),
    step('accept', '签收', { on_part: true, from: ['handling'] }), step('contact', '先行联系', { hotkey: 'C', on_part: true, asks: ask('contacted! contact_way'), from: ['handling'] }),
    step('reply', '反馈', { hotkey: 'S', on_part: true, asks: ask('fact! site! solved! reply! result'), files_max: 9, from: ['handling'], to: 'replied' }),
    step('return', '退单', { hotkey: 'R', on_part: true, does: 'return', reasons: REASONS, note_required: true, from: ['handling'], to: 'filed' }),
    step('extend', '延期', { hotkey: 'L', on_part: true, does: 'extend', reasons: REASONS.slice(0, 1), note_required: true, from: ['handling'] }),
    step('suspend', '挂账', { does: 'suspend', asks: ask('promised!'), note_required: true, from: ['handling'], to: 'suspended' }), step('resume', '恢复办理', { from: ['suspended'], to: 'handling' }),
    step('check', '核查通过', { from: ['replied'], to: 'checked' }), step('close', '办结', { from: ['checked'], to: 'closed' }),
    step('review', '录入复核结果', { does: 'evaluate', judges: ['district', 'third'], asks: ask('satisfied! solved!'), from: ['closed'] }),
    step('amend', '改分类或紧急程度', { does: 'amend', asks: ask('class kind priority'), from: ['filed', 'handling'] }), step('urge', '催办', { does: 'urge', note_required: true, from: ['filed', 'handling'] }),
    step('merge', '并单', { does: 'merge', from: ['filed', 'handling'] }), step('child', '拆分子单', { does: 'child', from: ['handling'] }),
    step('note', '写经过', { does: 'note', note_required: true, files_max: 9, from: ['filed', 'handling', 'suspended', 'replied', 'checked', 'closed'] })],
  tallies: [['intake', '受理量'], ['closed', '办结量'], ['excluded', '剔除量'], ['on_time', '按期办结'], ['late', '超期办结'], ['contact_yes', '已先行联系'], ['contact_no', '未先行联系'], ['solved', '实际解决'],
    ['explained', '解释说明'], ['sat', '满意'], ['sat_basic', '基本满意'], ['sat_soso', '一般'], ['dissat', '不满意'], ['returned', '退单']].map(([key, title]) => ({ key, title, by: 'closed', where: '' })),
  rates: [['contact', '先行联系率'], ['on_time', '按时办结率'], ['solved', '实际解决率'], ['satisfied', '市民满意率']].map(([key, title]) => ({ key, title, formula: `${{ contact: 'contact_yes', on_time: 'on_time', solved: 'solved', satisfied: 'sat' }[key]} / closed`, better: 'high' })),
};

/** The town. */
export const TOWN = { id: 1, name: '示例镇', code: 'demo-town', year_month: 11 };
/** Answer of /api/catalog. */
export const CATALOG = {
  gen: 1,
  units: UNITS.map(([id, parent, kind, code, name, short]) => ({ id, parent, kind, code, name, short, depth: depthIn(UNITS, id), closed: false, version: 1 })),
  classes: CLASSES.map(([id, parent, code, name]) => ({ id, parent, scheme: 'matters', code, name, depth: depthIn(CLASSES, id) })), loops: [LOOP],
};
const unitOf = (id) => CATALOG.units.find((u) => u.id === id) || { name: '' };
const classOf = (id) => CATALOG.classes.find((c) => c.id === id) || { name: '' };

const TITLES = ['飞线充电：3号楼北侧车棚夜里有人拉线', '楼道堆物：二期7号楼3层', '夜间噪声：菜场后门冷库机组', '咨询小微企业房租补贴怎么申请', '共享单车占用盲道，地铁口2号口', '垃圾房异味，请增加清运次数',
  '7号楼电梯困人两次，要求大修', '车辆乱停挡住消防通道，夜间最严重，白天也常有，物业说管不了，希望明确由谁来管并给个期限', '建议中心花园加装路灯', '沿街店铺油烟扰民'];

function makeItem(i) {
  const state = LOOP.states[[0, 1, 1, 1, 1, 3, 1, 2, 4, 5][i % 10]];
  const open = !state.done && !state.final;
  const filed = T0 - (i * 5 + 3) * HOUR;
  const left = [9, -10, 3, 52, 30, 70, -2, null, 20, null][i % 10];
  const unit = state.key === 'filed' ? 2 : [3, 6, 4, 8, 5][i % 5];
  const due = left === null || !open ? null : T0 + left * HOUR;
  return {
    id: 1000 + i, no: `RX20261120-${String(100 - i).padStart(5, '0')}`, loop: 'hotline', state: state.key, state_title: state.title, open, paused: state.paused, unit, unit_name: unitOf(unit).name,
    class: [5, 6, 8, 10, 2][i % 5], class_name: classOf([5, 6, 8, 10, 2][i % 5]).name, channel: ['12345', '网格巡查', '12345', '随申办'][i % 4], kind: ['投诉', '求助', '咨询'][i % 3], priority: i % 7 === 2 ? '紧急' : '一般',
    title: TITLES[i % TITLES.length], filed: iso(filed), changed: iso(filed + HOUR), closed: open ? null : iso(T0 - HOUR), due: iso(due), left_s: due ? (due - T0) / 1000 : 0,
    lamp: due === null ? 'none' : left < 0 ? 'red' : left < 12 ? 'yellow' : 'green', overdue: left !== null && left < 0 && open, returns: i % 6 === 1 ? 2 : 0, urges: i % 9 === 1 ? 1 : 0, version: 4, excluded: false, parts_open: 1,
    text: '车棚充电口不够，夜里有人从二楼拉线下来充电，下雨天也不收。\n已经向物业反映过两次，没有结果，希望尽快处理并回复。', address: '示例路 88 弄 3 号楼北侧', lat: 0, lon: 0, def: 1, round: 1, extensions: 0, reopens: 0, level: i % 10 === 1 ? 1 : 0, raised: i % 10 === 1 ? 1 : 0, parent: 0, merged: 0, raised_name: i % 10 === 1 ? '示例镇' : '', def_version: 1, receiver: 2, receiver_name: '城市运行管理中心',
    fields: [{ key: 'source_no', title: '市平台工单号', value: `SH2026112000${i}`, judge: '' }, { key: 'contacted', title: '是否先行联系', value: '是', judge: '' }, { key: 'contact_way', title: '先联方式', value: '电话', judge: '' }, ...(i === 9 ? [{ key: 'satisfied', title: '综合满意', value: '满意', judge: '镇回访' }] : [])],
    parts: state.key === 'filed' ? [] : [{ id: 1, unit, unit_name: unitOf(unit).name, lead: true, state: 'working', state_title: '办理中', since: iso(filed + HOUR), open: true }, { id: 2, unit: 11, unit_name: '示例物业公司', lead: false, state: 'waiting', state_title: '待签收', since: iso(filed + HOUR), open: true }],
    clocks: state.key === 'filed' ? [clock('dispatch', '派单', null, 'running', left, '4wh', '4个工作小时', 'work', filed)] : [clock('dispatch', '派单', null, 'met', 1, '4wh', '4个工作小时', 'work', filed), clock('contact', '先行联系', 1, 'met', 1, '1wd', '1个工作日', 'work', filed), clock('handle', '处置', 1, state.paused ? 'paused' : 'running', left, '5wd', '5个工作日', 'work', filed), clock('handle', '处置', 2, 'running', 60, '5wd', '5个工作日', 'work', filed), clock('all', '全程', null, 'running', 240, '15wd', '15个工作日', 'work', filed)],
    caller: { known: true, may_reveal: true, others: i % 4, anonymous: false, confidential: i % 3 === 0, name: '李**', phone: '138****6612', door: '3号楼***室' }, files: i % 2 ? [] : [{ id: 1, name: '现场照片.png', type: 'image/png', bytes: 183000, at: iso(filed), person_name: '演示·王敏' }, { id: 2, name: '工单.pdf', type: 'application/pdf', bytes: 48213, at: iso(filed), person_name: '演示·王敏' }],
    links: i % 3 ? [] : [{ kind: 'child', item: 1003, no: 'RX20261120-00097', title: '拆分：清理车棚外拉线' }], route: { unit: 3, unit_name: '平安建设办公室', because: '飞线充电由平安办牵头' }, timeline: timeline(filed, unit),
  };
}

function clock(key, title, part, state, left, limit, limit_title, counts, started) {
  const left_s = (left === null ? 20 : left) * 3600;
  return { key, title, part: part || 0, unit_name: part === 1 ? '主办单位' : part ? '示例物业公司' : '', day_s: counts === 'work' ? 27000 : 86400, round: 1, state, limit, limit_title, counts, started: iso(started), due: state === 'paused' ? null : iso(T0 + left_s * 1000), stopped: state === 'met' ? iso(started + HOUR) : null, left_s, used_s: 7200, share: left_s < 0 ? 1.2 : Math.min(0.95, 1 - left_s / 400000), lamp: left_s < 0 ? 'red' : left_s < 12 * 3600 ? 'yellow' : 'green', extended_s: 0, pauses: state === 'paused' ? 1 : 0, breached: left_s < 0, rule: key === 'handle' ? 'priority:一般' : '' };
}

function timeline(filed, unit) {
  const e = (version, h, what, what_title, u, person_name, note, changes = {}) => ({ version, at: iso(filed + h * HOUR), person: 1, person_name, unit: u, unit_name: unitOf(u).name, what, what_title, part: null, note, changes });
  return [e(4, 2.5, 'contact', '先行联系', unit, '演示·陈立', '已电话联系，来电人要求三天内回复。', { 'f/contacted': ['', '是'], 'f/contact_way': ['', '电话'], due_us: [1, 2] }), e(3, 2, 'accept', '签收', unit, '演示·陈立', ''), e(2, 1, 'dispatch', '派单', 2, '演示·王敏', '请先电话联系诉求人。', { state: ['filed', 'handling'], unit: [2, unit], 'p/0': { id: 1 } }), e(1, 0, 'file', '登记', 2, '演示·王敏', '')];
}

/** All items, newest first. */
export const ITEMS = Array.from({ length: 57 }, (_, i) => makeItem(i));

/** The steps of an item as the server would list them. */
export function stepsOf(item) {
  return LOOP.steps.filter((s) => s.from && s.from.includes(item.state)).flatMap((s) => {
    const parts = s.on_part ? item.parts.filter((p) => p.open) : [null];
    const why = s.key === 'contact' ? '已经联系过了' : s.key === 'suspend' ? '需要“分管领导”角色' : s.key === 'accept' ? '已经签收' : '';
    return parts.map((p) => ({ key: s.key, title: s.title, hotkey: s.hotkey, part: p ? p.id : 0, unit_name: p ? p.unit_name : '', ok: !why && (!p || p.lead), why: why || (p && !p.lead ? '这是示例物业公司的任务' : '') }));
  });
}

/** Answer of /api/boards. */
export function board(by, period) {
  const names = by === 'unit' ? CATALOG.units.filter((u) => u.parent).map((u) => [u.id, u.name, u.depth - 1]) : by === 'class' ? CATALOG.classes.map((c) => [c.id, c.name, c.depth]) : LOOP.fields[0].options.map((o) => [o, o, 0]);
  const row = (key, name, depth, k) => {
    const n = (x) => Math.max(0, Math.round(k * x));
    const values = { intake: n(42), closed: n(38), excluded: n(1), on_time: n(36), late: n(2), contact_yes: n(35), contact_no: n(2), solved: n(29), explained: n(7), sat: n(24), sat_basic: n(6), sat_soso: n(2), dissat: n(3), returned: n(4) };
    const rate = (a, b) => (a + b ? a / (a + b) : null);
    const rates = { contact: rate(values.contact_yes, values.contact_no), on_time: rate(values.on_time, values.late), solved: rate(values.solved, values.explained), satisfied: rate(values.sat + values.sat_basic * 0.8, values.dissat) };
    return { id: by === 'channel' ? 0 : key, name, depth, filter: `${by}:${name}`, tallies: values, rates };
  };
  return { loop: 'hotline', by, period, from: '', to: '', at: iso(Date.now()), tallies: LOOP.tallies.map(({ key, title }) => ({ key, title, filter: `closed:${period}` })), rates: LOOP.rates, rows: names.map(([k, n, d], i) => row(k, n, d, i === 4 ? 0 : (i % 5) / 2)), total: row(0, '合计', 0, period.endsWith('11') ? 11 : 9.7) };
}
export { DAY, HOUR, unitOf };
