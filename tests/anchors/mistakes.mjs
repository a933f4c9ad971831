// Sixty and more definitions with one mistake each, as a clerk would make them: a loop, a register, a calendar, roles, a score, a key date. A row is
// [what is wrong, kind, what stood there, what was put instead, where it is told, another change first]: told at the place where that text
// begins, or the text put; nothing else is wrong, so nothing else is said.
// Read by tests/api/mistakes.test.mjs.

export const TEXTS = {
  loop: `loop: lamp
title: 路灯报修
number: {prefix: LD, digits: 4}
receiver: ops-centre
calendar: workdays
classes: matters
judges:
  - {key: own, title: 镇回访}
fields:
  - {key: pole, title: 灯杆号, type: text, max: 20, required: yes}
  - {key: kind, title: 类别, type: choice, options: [不亮, 倾斜]}
  - {key: cost, title: 费用, type: money, min: 0}
  - {key: number_of, title: 盏数, type: number, min: 1}
  - {key: each, title: 每盏费用, type: money, formula: cost / number_of}
  - {key: promised, title: 承诺日期, type: date}
  - {key: satisfied, title: 满意度, type: choice, options: [满意, 不满意]}
  - {key: chief, title: 包案领导, type: person, roles: leader}
  - {key: estate, title: 小区, type: ref, register: estate}
  - {key: firm, title: 维修企业, type: ref, register: enterprise}
  - {key: dark_since, title: 何时起不亮, type: time}
states:
  - {key: filed, title: 待派单}
  - {key: repairing, title: 维修中}
  - {key: waiting_parts, title: 等配件, paused: yes}
  - {key: repaired, title: 待核查}
  - {key: closed, title: 已办结, done: yes}
  - {key: rated, title: 已评价, final: yes}
parts:
  states:
    - {key: working, title: 维修中}
    - {key: done, title: 已修复, final: yes}
    - {key: returned, title: 已退单, final: yes}
    - {key: withdrawn, title: 已收回, final: yes}
  then: repaired
clocks:
  - {key: all, title: 全程, limits: [{limit: 10wd}]}
  - {key: repair, title: 维修, per: part, limits: [{when: "kind:倾斜", limit: 24h}, {limit: 3wd}]}
reasons:
  return:
    - {key: 不归本单位, options: [非本单位职责, 非本辖区]}
steps:
  - {key: file, title: 登记, to: filed, who: clerk, ask: [pole!, kind, class, estate], start: all}
  - {key: dispatch, title: 派单, hotkey: D, from: filed, to: repairing, who: dispatcher, does: dispatch, start: repair}
  - {key: repair, title: 修复, hotkey: R, on: part, from: working, to: done, who: handler, ask: [cost, number_of], stop: repair}
  - {key: return, title: 退单, hotkey: B, on: part, from: working, to: returned, who: handler, does: return, reasons: return, back: filed}
  - {key: suspend, title: 挂账, from: repairing, to: waiting_parts, who: leader, does: suspend, ask: [promised!, chief]}
  - {key: resume, title: 恢复, from: waiting_parts, to: repairing, who: leader, does: resume}
  - {key: extend, title: 延期, on: part, from: working, who: handler, does: extend, extends: repair, max: 3wd, approve: [{title: 镇审核, who: leader}]}
  - {key: close, title: 办结, from: repaired, to: closed, who: dispatcher, does: close, stop: all}
  - {key: rate, title: 回访, from: closed, to: rated, who: dispatcher, does: evaluate, judge: own, ask: satisfied!}
escalate:
  - {key: late, title: 维修超期, when: "clock.repair:breached"}
routes:
  - {when: "kind:倾斜", unit: ops-centre, because: 倾斜先由中心排险}
tallies:
  - {key: closed, title: 办结量, by: closed, where: "closed:yes"}
  - {key: on_time, title: 按期修复, by: closed, where: "closed:yes clock.repair:met"}
rates:
  - {key: on_time, title: 按期修复率, formula: on_time / closed}
cadences:
  - {key: season, title: 每季巡灯, over: estate, every: 3mo, field: estate, until: promised, fill: {pole: 全部}}
`,
  register: `register: pole
title: 灯杆台账
name: 位置
number: {prefix: DG, digits: 4}
keeper: ops-centre
who: {change: [keeper], archive: [keeper]}
fields:
  - {key: pole_no, title: 杆号, type: text, max: 20, unique: yes, required: yes}
  - {key: estate, title: 小区, type: ref, register: estate}
  - {key: lamps, title: 盏数, type: number, min: 0}
  - {key: watts, title: 每盏瓦数, type: number, min: 0}
  - {key: total, title: 总瓦数, type: number, formula: lamps * watts}
  - {key: owner, title: 权属单位, type: unit}
tallies:
  - {key: kept, title: 在册, by: filed, where: "open:yes"}
  - {key: named, title: 有权属, by: filed, where: "open:yes -owner:none"}
rates:
  - {key: named, title: 权属明确率, formula: named / kept}
`,
  calendar: `key: shifts
title: 窗口班次
zone: "+08:00"
day: 390min
week:
  mon: "09:00-11:30 13:30-17:30"
  sat: "09:00-11:30"
make_up: "09:00-11:30 13:30-17:30"
known: {from: 2026, to: 2027}
exceptions:
  - {date: 2026-10-01, to: 2026-10-07, off: 国庆节}
  - {date: 2026-10-10, work: 国庆节}
`,
  score: `score: lamps
title: 报修考核
from: 2026-01-01
year: 1
loops: hotline
rows: {kinds: [neighbourhood]}
given:
  - {key: weight, title: 分值, value: 10}
columns:
  - {key: intake, title: 受理量, count: intake}
  - {key: points, title: 得分, blank: 0, formula: "weight * intake / sum(intake)"}
`,
  keydate: `keydate: expo
title: 进博会保障
why: 场馆周边先办快办
from: 2026-11-05
to: 2026-11-10
where: "loop:hotline class:0102"
share: 50
limits:
  - {clock: contact, share: 30}
`,
};

/** Roles: of defs/roles.yaml. */
export const MISTAKES = [
  // ---- the text itself
  ['a tab before a member', 'loop', '  - {key: own, title: 镇回访}', '\t- {key: own, title: 镇回访}'],
  ['a bracket that stays open', 'loop', 'options: [不亮, 倾斜]}', 'options: [不亮, 倾斜}', '}\n  - {key: cost'],
  ['a member nobody knows', 'loop', 'calendar: workdays', 'calendar: workdays\nclassses: matters', 'classses'],
  ['a member that stands twice', 'loop', 'title: 路灯报修', 'title: 路灯报修\ntitle: 路灯维修', 'title: 路灯维修'],
  ['a Chinese key', 'loop', '{key: late, title', '{key: 超期, title', '超期, title'],
  ['a yes that is none', 'loop', 'required: yes}', 'required: 必填}', '必填}'],
  // ---- head
  ['no such unit receives', 'loop', 'receiver: ops-centre', 'receiver: moon-base', 'moon-base'],
  ['no such calendar', 'loop', 'calendar: workdays', 'calendar: workday', 'workday\n'],
  ['no such classes', 'loop', 'classes: matters', 'classes: matter', 'matter\n'],
  ['a prefix in small letters', 'loop', 'prefix: LD', 'prefix: ld', 'ld,'],
  ['ten digits', 'loop', 'digits: 4', 'digits: 10', '10}'],
  // ---- fields
  ['a type nobody knows', 'loop', 'type: time', 'type: moment', 'moment}'],
  ['a choice of nothing', 'loop', ', options: [满意, 不满意]', '', '{key: satisfied'],
  ['the same option twice', 'loop', 'options: [满意, 不满意]', 'options: [满意, 满意]', '满意]'],
  ['a field called as what every item has', 'loop', 'key: dark_since', 'key: state', 'state, title: 何时'],
  ['a formula over what is no field', 'loop', 'formula: cost / number_of', 'formula: cost / lamps', 'lamps}'],
  ['formulas that read each other', 'loop', 'formula: cost / number_of}', 'formula: cost / number_of}\n  - {key: twice, title: 两倍, type: money, formula: each * 2}', 'each * 2'],
  ['a person of a role that is none', 'loop', 'type: person, roles: leader', 'type: person, roles: mayor', 'mayor'],
  ['a reference to a register that is none', 'loop', 'register: enterprise', 'register: enterprises', 'enterprises'],
  ['what filing requires and nobody asks', 'loop', 'type: money, min: 0}', 'type: money, min: 0, required: yes}', 'cost, title',
    ['{pole: 全部}', '{pole: 全部, cost: "1"}']],
  // ---- flow
  ['a state nobody reaches', 'loop', '  - {key: closed, title', '  - {key: limbo, title: 悬空}\n  - {key: closed, title', 'limbo, title'],
  ['a state nobody leaves', 'loop', '\nescalate:', '\n  - {key: lose, title: 搁置, from: repaired, to: lost, who: leader}\nescalate:', 'lost, title: 搁置}',
    ['  - {key: closed, title', '  - {key: lost, title: 搁置}\n  - {key: closed, title']],
  ['a paused state without a way out', 'loop', 'from: waiting_parts, to: repairing, who: leader, does: resume', 'from: repaired, to: repairing, who: leader, does: redo', 'waiting_parts, title'],
  ['a step to a state that is none', 'loop', 'from: repaired, to: closed', 'from: repaired, to: close', 'close, who'],
  ['a step out of a final state', 'loop', 'from: repaired, to: closed', 'from: [repaired, rated], to: closed', 'rated], to: closed'],
  ['an end that is no end', 'loop', 'title: 已办结, done: yes', 'title: 已办结', 'closed, who'],
  ['a part that never finishes', 'loop', '    - {key: done, title', '    - {key: stuck, title: 卡住}\n    - {key: done, title', 'stuck, title',
    ['\nescalate:', '\n  - {key: halt, title: 停, on: part, from: working, to: stuck, who: handler}\nescalate:']],
  ['no state for what is taken back', 'loop', '    - {key: withdrawn, title: 已收回, final: yes}\n', '', '- {key: working'],
  ['two steps under one hotkey', 'loop', 'title: 退单, hotkey: B', 'title: 退单, hotkey: R', 'R, on: part, from: working, to: returned'],
  // ---- steps
  ['nobody may take it', 'loop', 'from: filed, to: repairing, who: dispatcher', 'from: filed, to: repairing', '{key: dispatch'],
  ['a role that is none', 'loop', 'from: filed, to: repairing, who: dispatcher', 'from: filed, to: repairing, who: despatcher', 'despatcher'],
  ['a stage for a role that is none', 'loop', 'approve: [{title: 镇审核, who: leader}]', 'approve: [{title: 镇审核, who: mayor}]', 'mayor}]'],
  ['an effect nobody knows', 'loop', 'does: close', 'does: finish', 'finish'],
  ['it asks what is no field', 'loop', 'ask: [cost, number_of]', 'ask: [cost, numbers]', 'numbers]'],
  ['giving back without a reason list', 'loop', ', reasons: return, back: filed', ', back: filed', 'return, back'],
  ['giving back to nowhere', 'loop', ', reasons: return, back: filed', ', reasons: return', 'return, reasons'],
  ['reasons that are none', 'loop', 'reasons: return, back', 'reasons: retrun, back', 'retrun'],
  ['more time without a bound', 'loop', ', extends: repair, max: 3wd', ', extends: repair', 'extend, extends'],
  ['suspended into a state that goes on', 'loop', 'to: waiting_parts, who: leader, does: suspend', 'to: repaired, who: leader, does: suspend', 'repaired, who: leader',
    ['class, estate], start: all}', 'class, estate], start: all}\n  - {key: wait, title: 等待, from: filed, to: waiting_parts, who: leader}']],
  ['a judge that is none', 'loop', 'judge: own', 'judge: owner', 'owner'],
  ['a guard over a word nobody knows', 'loop', 'to: closed, who: dispatcher', 'to: closed, when: "costs:>100", who: dispatcher', '"costs:'],
  ['a condition over an option that is none', 'loop', 'does: close', 'must: [{when: "kind:不亮灯", note: yes}], does: close', '"kind:不亮灯'],
  ['a step called as an event of the system', 'loop', 'key: close, title: 办结, from', 'key: settle, title: 办结, from', 'settle,'],
  ['taken back for a day', 'loop', 'title: 办结, from', 'title: 办结, undo: 1d, from', '1d,'],
  // ---- clocks
  ['a clock nobody starts', 'loop', 'class, estate], start: all', 'class, estate]', 'all, title'],
  ['a clock nobody stops', 'loop', 'does: close, stop: all', 'does: close', 'all, title'],
  ['a clock stopped before it can run', 'loop', 'class, estate], start: all}', 'class, estate]}', 'all}\n  - {key: rate',
    ['does: close, stop: all', 'does: close, start: all, stop: all']],
  ['a limit in Chinese', 'loop', 'limit: 10wd', 'limit: 10个工作日', '10个工作日'],
  ['a limit behind one that always holds', 'loop', '{limit: 10wd}', '{limit: 10wd}, {limit: 5wd}', '{limit: 5wd}'],
  ['a limit under a filter that is none', 'loop', 'when: "kind:倾斜", limit', 'when: "kind:歪", limit', '"kind:歪'],
  // ---- what is counted and sent
  ['a rule over a clock that is none', 'loop', 'clock.repair:breached', 'clock.fix:breached', '"clock.fix'],
  ['a route to a unit that is none', 'loop', 'unit: ops-centre, because', 'unit: lamp-shop, because', 'lamp-shop'],
  ['a tally on a moment nobody stamps', 'loop', 'title: 办结量, by: closed', 'title: 办结量, by: finished', 'finished'],
  ['a tally that moves with the clock', 'loop', 'by: closed, where: "closed:yes"', 'by: closed, where: "overdue:yes"', '"overdue'],
  ['a sum of what is no amount', 'loop', 'where: "closed:yes"}', 'where: "closed:yes", sum: kind}', 'kind}'],
  ['a rate over a tally that is none', 'loop', 'formula: on_time / closed', 'formula: on_time / done', 'done}'],
  ['a rate that does not end', 'loop', 'formula: on_time / closed', 'formula: (on_time / closed', '}\ncadences'],
  ['a cadence for a unit the rows do not have', 'loop', 'until: promised', 'until: promised, unit: row.manager_unit', 'row.manager_unit'],
  ['a cadence over rows by a field they do not have', 'loop', 'over: estate, every', 'over: estate, when: "floors:>6", every', '"floors'],
  ['a cadence that fills less than filing wants', 'loop', ', fill: {pole: 全部}', '', '{key: season'],
  ['five months', 'loop', 'every: 3mo', 'every: 5mo', '5mo'],
  // ---- registers
  ['a register with a calendar', 'register', 'keeper: ops-centre', 'keeper: ops-centre\ncalendar: workdays', 'calendar'],
  ['nobody keeps it', 'register', 'keeper: ops-centre', 'keeper: ops-center', 'ops-center'],
  ['a keeper by a role that is none', 'register', 'change: [keeper]', 'change: [housekeeper]', 'housekeeper'],
  ['a computed field that is required', 'register', 'formula: lamps * watts', 'required: yes, formula: lamps * watts', 'lamps * watts'],
  ['a check digit of a number', 'register', 'title: 盏数, type: number', 'title: 盏数, type: number, check: uscc', 'check: uscc'],
  ['a file before there is an item', 'loop', 'key: chief, title: 包案领导, type: person, roles: leader', 'key: chief, title: 合同, type: file, required: true', 'true}'],
  ['a file asked when it is filed', 'loop', 'class, estate], start: all', 'class, estate, chief], start: all', 'chief], start', ['key: chief, title: 包案领导, type: person, roles: leader', 'key: chief, title: 合同, type: file']],
  ['a class of no scheme', 'register', 'title: 权属单位, type: unit', 'title: 权属类别, type: class', '{key: owner'],
  ['a class of a scheme that is none', 'register', 'title: 权属单位, type: unit', 'title: 权属类别, type: class, classes: matter', 'matter}'],
  ['a scheme of a number', 'register', 'title: 盏数, type: number', 'title: 盏数, type: number, classes: matters', 'classes: matters'],
  ['a shape of a kind that is none', 'register', 'title: 权属单位, type: unit', 'title: 权属单位, type: geometry, shape: circle', 'circle'],
  ['a shape of a number', 'register', 'title: 盏数, type: number', 'title: 盏数, type: number, shape: line', 'shape: line'],
  ['the size of any shape', 'register', 'formula: lamps * watts', 'formula: owner', 'owner}', ['title: 权属单位, type: unit', 'title: 权属单位, type: geometry']],
  ['counted by a shape', 'register', 'tallies:', 'boards: [owner]\ntallies:', 'owner]', ['title: 权属单位, type: unit', 'title: 权属单位, type: geometry']],
  ['a register that refers to none', 'register', 'type: ref, register: estate', 'type: ref', '{key: estate'],
  ['a register called as a loop', 'register', 'register: pole', 'register: hotline', 'hotline'],
  // ---- calendars
  ['a shift that ends before it begins', 'calendar', 'sat: "09:00-11:30"', 'sat: "11:30-09:00"', '"11:30'],
  ['a day off and at work', 'calendar', 'work: 国庆节}', 'work: 国庆节, off: 国庆节}', '{date: 2026-10-10'],
  ['a day that stands twice', 'calendar', 'date: 2026-10-10, work', 'date: 2026-10-05, work', '{date: 2026-10-05'],
  // ---- roles
  ['a right that is none', 'roles', '登记员, rights: [login, item.read', '登记员, rights: [login, item.reed', 'item.reed'],
  ['a role that stands twice', 'roles', '{key: duty,', '{key: intake,', '{key: intake, title: 值班长'],
  ['an administrator who is not apart', 'roles', 'rights: [login, role.grant], apart: admins', 'rights: [login, role.grant]', '{key: secadmin'],
  ['a right only one administrator may have', 'roles', '查阅, rights: [login', '查阅, rights: [login, def.manage', '{key: reader'],
  // ---- scores
  ['a count that is none', 'score', 'count: intake', 'count: intakes', 'intakes'],
  ['a column over a word nobody knows', 'score', 'weight * intake', 'weigth * intake', 'weigth'],
  ['columns that read each other', 'score', 'title: 受理量, count: intake}', 'title: 受理量, formula: "points + 1"}', 'points + 1'],
  ['a score of a loop that is none', 'score', 'loops: hotline', 'loops: hotlines', 'hotlines'],
  ['a cadence during a key date that is none', 'loop', 'every: 3mo', 'every: 2w, during: expo-9', 'expo-9'],
  ['a cadence by months during a key date', 'loop', 'every: 3mo', 'every: 3mo, during: any', 'any, field'],
  ['a key date that ends before it begins', 'keydate', 'to: 2026-11-10', 'to: 2026-11-01', '2026-11-01'],
  ['a key date that leaves no time', 'keydate', 'share: 50', 'share: 0', '0\nlimits'],
  ['a key date without its items', 'keydate', 'where: "loop:hotline class:0102"\n', '', 'keydate: expo'],
  ['a key date of a loop that is none', 'keydate', 'loop:hotline', 'loop:hotlines', '"loop:hotlines class:0102"'],
  ['a key date that follows the clock', 'keydate', 'class:0102', 'overdue:yes', '"loop:hotline overdue:yes"'],
  ['a key date of a clock that is none', 'keydate', 'clock: contact', 'clock: contacts', 'contacts'],
  ['a key date that tightens a clock twice', 'keydate', '{clock: contact, share: 30}', '{clock: contact, share: 30}\n  - {clock: contact, share: 20}', '{clock: contact, share: 20}'],
  ['levels in another order', 'supervision', '{key: blue, title: 蓝牌}', '{key: red, title: 蓝牌}', '- {key: red, title: 蓝牌}'],
  ['a level that is none', 'supervision', '{key: yellow, title: 黄牌}', '{key: orange, title: 橙牌}', 'orange'],
  ['a slip without its level', 'supervision', '    does: slip\n    level: red\n', '    does: slip\n', 'slip\n    ask: [slip_source, slip_kind]'],
  ['a receipt that stops no clock', 'supervision', '    ask: ["slip_measure!", "slip_until!"]\n    files: 9\n    stop: slip\n', '    ask: ["slip_measure!", "slip_until!"]\n    files: 9\n', 'receipt\n    level: yellow'],
  ['a slip of a role that is none', 'supervision', 'who: [head, leader]', 'who: [heads, leader]', 'heads'],
  ['an answer that is no field', 'supervision', '"slip_until!"', '"slip_untill!"', '"slip_untill!"'],
  ['a leader in charge by no person', 'supervision', 'by: charge,', 'by: slip_kind,', 'slip_kind'],
  ['a rule over a word nobody knows', 'supervision', 'slip:blue slip:late', 'slips:blue slip:late', '"slips:blue slip:late"'],
  ['a rule for a colour that is none', 'supervision', 'slip:yellow slip:late', 'slip:orange slip:late', '"slip:orange slip:late"'],
  ['a step from a state all loops have not', 'supervision', 'from: [open, paused], who: leader', 'from: [open, filed], who: leader', 'filed'],
];

/** What is said of each, in Chinese and in English, by its name. */
export const SAID = {
  'a tab before a member': ['YAML 语法错误：缩进要用空格，不能用制表符（Tab）', 'not YAML: indent with blanks, not with tabs'],
  'a bracket that stays open': ['YAML 语法错误：括号不配对：[ 要用 ] 结束，{ 要用 } 结束', 'not YAML: a bracket is closed by another kind: [ ] or { }'],
  'a member nobody knows': ['这里没有“classses”这个键，是不是“classes”？', 'unknown key "classses", did you mean "classes"?'],
  'a member that stands twice': ['键重复，前一处在第 2 行', 'key stands twice, first in line 2'],
  'a Chinese key': ['“超期”不符合要求', '"超期" does not fit here'],
  'a yes that is none': ['“必填”不符合要求', '"必填" does not fit here'],
  'no such unit receives': ['没有这个单位：“moon-base”', 'there is no unit "moon-base"'],
  'no such calendar': ['没有这个工作日历：“workday”，是不是“workdays”？', 'there is no calendar "workday", did you mean "workdays"?'],
  'no such classes': ['没有这个分类体系：“matter”，是不是“matters”？', 'there is no class scheme "matter", did you mean "matters"?'],
  'a prefix in small letters': ['“ld”不能作编号前缀', '"ld" is no prefix of a number'],
  'ten digits': ['“10”不符合要求', '"10" does not fit here'],
  'a type nobody knows': ['“moment”不符合要求', '"moment" does not fit here'],
  'a choice of nothing': ['选择字段要有选项', 'a choice needs options'],
  'the same option twice': ['选项“满意”重复', 'option "满意" stands twice'],
  'a field called as what every item has': ['“state”是每个事项自带的', '"state" is something every item has'],
  'a formula over what is no field': ['没有“lamps”这个名称', 'unknown name "lamps"'],
  'formulas that read each other': ['“each”本身是计算出来的，公式不能引用计算字段', '"each" is computed itself: formulas do not read each other'],
  'a person of a role that is none': ['没有这个角色：“mayor”', 'there is no role "mayor"'],
  'a reference to a register that is none': ['没有这个台账：“enterprises”，是不是“enterprise”？', 'there is no register "enterprises", did you mean "enterprise"?'],
  'what filing requires and nobody asks': ['登记时必填，但登记步骤没有询问', 'required at filing, but the filing step does not ask it'],
  'a state nobody reaches': ['“limbo”：从登记开始走不到这个状态', '"limbo": cannot be reached from filing'],
  'a state nobody leaves': ['“lost”：从这个状态走不到办结', '"lost": no way leads from here to a closed state'],
  'a paused state without a way out': ['“waiting_parts”：是暂停状态，却没有步骤转出', '"waiting_parts": is paused and no step leads out of it'],
  'a step to a state that is none': ['没有这个状态：“close”，是不是“closed”？', 'there is no state "close", did you mean "closed"?'],
  'a step out of a final state': ['“rated”是终止状态，不能再转出', '"rated" is final, nothing leads out of it'],
  'an end that is no end': ['动作“close”应转到办结的状态', '"close" must lead to a closed state'],
  'a part that never finishes': ['“stuck”：承办停在这个状态就办不完', '"stuck": a part in this state can never finish'],
  'no state for what is taken back': ['收回承办任务需要终止状态“withdrawn”', 'parts that are taken back need a final state "withdrawn"'],
  'two steps under one hotkey': ['快捷键 R 与同一状态下的步骤“repair”冲突', 'hotkey R is the step "repair" in the same state'],
  'nobody may take it': ['缺少“who”', '"who" is missing'],
  'a role that is none': ['没有这个角色：“despatcher”，是不是“dispatcher”？', 'there is no role "despatcher", did you mean "dispatcher"?'],
  'a stage for a role that is none': ['没有这个角色：“mayor”', 'there is no role "mayor"'],
  'an effect nobody knows': ['没有这个动作：“finish”', 'there is no effect "finish"'],
  'it asks what is no field': ['没有这个字段：“numbers”', 'there is no field "numbers"'],
  'giving back without a reason list': ['动作“return”需要 reasons', '"return" needs reasons'],
  'giving back to nowhere': ['动作“return”需要 back', '"return" needs back'],
  'reasons that are none': ['没有这个原因表：“retrun”，是不是“return”？', 'there is no list of reasons "retrun", did you mean "return"?'],
  'more time without a bound': ['动作“extend”需要 max', '"extend" needs max'],
  'suspended into a state that goes on': ['动作“suspend”应转到暂停的状态', '"suspend" must lead to a paused state'],
  'a judge that is none': ['没有这个评价方：“owner”', 'there is no judge "owner"'],
  'a guard over a word nobody knows': ['筛选条件“costs:>100”的“costs”：没有“costs”这个条件', 'in the filter "costs:>100", costs: there is no key "costs"'],
  'a condition over an option that is none': ['筛选条件“kind:不亮灯”的“kind”：“不亮灯”不适用于这个条件', 'in the filter "kind:不亮灯", kind: "不亮灯" does not fit here'],
  'a step called as an event of the system': ['“settle”是系统自己记的一种经过，步骤不能叫这个键', '"settle" is what the system calls an event of its own'],
  'taken back for a day': ['“1d”不是秒数', '"1d" is not a number of seconds'],
  'a clock nobody starts': ['“all”：没有步骤启动这个时限', '"all": no step starts this clock'],
  'a clock nobody stops': ['“all”：没有步骤停止这个时限，永远无法按时', '"all": no step stops this clock, so nobody could ever keep it'],
  'a clock stopped before it can run': ['到这一步之前，时限“all”不可能已经启动', 'the clock "all" cannot have been started before this step'],
  'a limit in Chinese': ['“10个工作日”不是时长', '"10个工作日" is no length of time'],
  'a limit behind one that always holds': ['永远用不到：第 36 行的时限在前且同样适用', 'never used: the limit in line 36 comes first and holds as well'],
  'a limit under a filter that is none': ['筛选条件“kind:歪”的“kind”：“歪”不适用于这个条件', 'in the filter "kind:歪", kind: "歪" does not fit here'],
  'a rule over a clock that is none': ['筛选条件“clock.fix:breached”的“clock.fix”：没有“clock.fix”这个条件', 'in the filter "clock.fix:breached", clock.fix: there is no key "clock.fix"'],
  'a route to a unit that is none': ['没有这个单位：“lamp-shop”', 'there is no unit "lamp-shop"'],
  'a tally on a moment nobody stamps': ['没有这个时点：“finished”', 'there is no moment "finished"'],
  'a tally that moves with the clock': ['统计口径不能随当前时间或查看人变化', 'a tally may not depend on the present time or on who asks'],
  'a sum of what is no amount': ['“类别”不是可以相加的数', '"类别" is no amount'],
  'a rate over a tally that is none': ['没有“done”这个名称', 'unknown name "done"'],
  'a rate that does not end': ['公式没有写完', 'the formula ends too early'],
  'a cadence for a unit the rows do not have': ['这类事项由步骤派单，不能在这里指定单位', 'items of this loop are dispatched by a step'],
  'a cadence over rows by a field they do not have': ['筛选条件“floors:>6”的“floors”：没有“floors”这个条件', 'in the filter "floors:>6", floors: there is no key "floors"'],
  'a cadence that fills less than filing wants': ['登记步骤要填“灯杆号”，规则里没有写', 'the filing step asks "灯杆号"'],
  'five months': ['5 个月不能与日历对齐', '5 months do not fit into the calendar'],
  'a register with a calendar': ['这里没有“calendar”这个键', 'unknown key "calendar"'],
  'nobody keeps it': ['没有这个单位：“ops-center”，是不是“ops-centre”？', 'there is no unit "ops-center", did you mean "ops-centre"?'],
  'a keeper by a role that is none': ['没有这个角色：“housekeeper”', 'there is no role "housekeeper"'],
  'a computed field that is required': ['计算字段不能再设必填、唯一或上下限', 'a computed field is not required, unique or bounded'],
  'a file before there is an item': ['先有事项才能传附件，请在后面的步骤里设为必填', 'a file is added to an item that is there: let a later step require it'],
  'a file asked when it is filed': ['先有事项才能传附件，登记时不能问“合同”', 'a file is added to an item that is there: filing cannot ask "合同"'],
  'a class of no scheme': ['分类字段要写明用哪个分类体系', 'a class needs the scheme it comes from'],
  'a class of a scheme that is none': ['没有这个分类体系：“matter”，是不是“matters”？', 'there is no class scheme "matter", did you mean "matters"?'],
  'a scheme of a number': ['number 类型的字段没有 classes', 'a field of type number has no classes'],
  'a shape of a kind that is none': ['“circle”不符合要求', '"circle" does not fit here'],
  'a shape of a number': ['number 类型的字段没有 shape', 'a field of type number has no shape'],
  'the size of any shape': ['“owner”写明 shape: line 或 shape: polygon 才有长度或面积', '"owner" has a length or an area only with shape: line or shape: polygon'],
  'counted by a shape': ['“owner”没有两个相同，不能按它统计', 'no two of "owner" are the same: nobody is counted by it'],
  'a check digit of a number': ['number 类型的字段没有 check', 'a field of type number has no check'],
  'a register that refers to none': ['引用字段要写明引用哪个台账', 'a reference needs the register it leads to'],
  'a register called as a loop': ['流程和台账不能用同一个键', 'a loop and a register cannot have the same key'],
  'a shift that ends before it begins': ['班次 11:30-09:00 为空或与前一班次重叠', 'shift 11:30-09:00 is empty or overlaps the one before'],
  'a day off and at work': ['off 与 work 须且只须有一个', 'needs either off or work'],
  'a day that stands twice': ['2026-10-05 重复，前一处在第 11 行', '2026-10-05 stands twice, first in line 11'],
  'a right that is none': ['没有“item.reed”这个权限', 'there is no right "item.reed"'],
  'a role that stands twice': ['角色“intake”重复', 'the role "intake" stands twice'],
  'an administrator who is not apart': ['管理员角色“安全管理员”必须保持分立（三员分立）', 'the administrator\'s role "安全管理员" must stay apart'],
  'a right only one administrator may have': ['def.manage：只能归“系统管理员”（三员分立）', 'def.manage: only for the role "系统管理员"'],
  'a count that is none': ['没有这个计数：“intakes”，是不是“intake”？', 'there is no count "intakes", did you mean "intake"?'],
  'a column over a word nobody knows': ['没有“weigth”这个名称', 'unknown name "weigth"'],
  'columns that read each other': ['没有“points”这个名称', 'unknown name "points"'],
  'levels in another order': ['督办牌有三级，按蓝、黄、红的次序写', 'there are three levels, in this order'],
  'a level that is none': ['“orange”不符合要求', '"orange" does not fit here'],
  'a slip without its level': ['动作“slip”需要 level', '"slip" needs level'],
  'a receipt that stops no clock': ['动作“receipt”需要 stop', '"receipt" needs stop'],
  'a slip of a role that is none': ['没有这个角色：“heads”，是不是“head”？', 'there is no role "heads", did you mean "head"?'],
  'an answer that is no field': ['没有这个字段：“slip_untill”，是不是“slip_until”？', 'there is no field "slip_untill", did you mean "slip_until"?'],
  'a leader in charge by no person': ['“slip_kind”不是这里的这种字段', '"slip_kind" is no such field'],
  'a rule over a word nobody knows': ['筛选条件“slips:blue slip:late”的“slips”：没有“slips”这个条件', 'in the filter "slips:blue slip:late", slips: there is no key "slips"'],
  'a rule for a colour that is none': ['筛选条件“slip:orange slip:late”的“slip”：“orange”不适用于这个条件', 'in the filter "slip:orange slip:late", slip: "orange" does not fit here'],
  'a step from a state all loops have not': ['没有这个状态：“filed”', 'there is no state "filed"'],
  'a score of a loop that is none': ['没有这个流程：“hotlines”，是不是“hotline”？', 'there is no loop "hotlines", did you mean "hotline"?'],
  'a cadence during a key date that is none': ['没有这个重要节点：“expo-9”', 'there is no key date "expo-9"'],
  'a cadence by months during a key date': ['重要节点期间的间隔写日或周，从节点第一天算起，不写 from 和 aligned', 'days and weeks are counted from the key date\'s first day'],
  'a key date that ends before it begins': ['结束日期早于开始日期；要撤回请写 off: yes', 'it ends before it begins; "off: yes" takes it back'],
  'a key date that leaves no time': ['“0”不符合要求', '"0" does not fit here'],
  'a key date without its items': ['缺少“where”', '"where" is missing'],
  'a key date of a loop that is none': ['筛选条件“loop:hotlines class:0102”的“loop”：没有“hotlines”', 'in the filter "loop:hotlines class:0102", loop: there is no "hotlines"'],
  'a key date that follows the clock': ['范围只能看事项本身，不能随查看人、当前时间、时限或其他事项变化', 'which items are under it must follow from themselves: not from who asks, the present time, clocks, or other items'],
  'a key date of a clock that is none': ['没有这个时限：“contacts”，是不是“contact”？', 'there is no clock "contacts", did you mean "contact"?'],
  'a key date that tightens a clock twice': ['“contact”写了两次', '"contact" stands twice'],
};
