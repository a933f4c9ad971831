// A small loop whose items are looked at again six weeks after they were closed; for the tests of consolidation.
export const LAMP = `loop: lamp
title: 路灯报修
number: {prefix: LD, digits: 4}
receiver: ops-centre
calendar: workdays
classes: matters
fields:
  - {key: channel, title: 来源, type: choice, options: [巡查, 来电], default: 巡查}
  - {key: estate, title: 小区, type: ref, register: estate}
  - {key: look_on, title: 复看日期, type: date}
  - {key: small, title: 小修, type: yesno, default: 否}
states:
  - {key: filed, title: 待修}
  - {key: closed, title: 已修复, done: yes}
  - {key: solid, title: 已巩固, final: yes}
  - {key: void, title: 不成立, final: yes}
clocks:
  - {key: repair, title: 维修, limits: [{limit: 3wd}]}
  - {key: look, title: 复看, limits: [{limit: 49d}]}
steps:
  - {key: file, title: 登记, to: filed, who: [clerk, inspector], ask: ["class!", estate, small], start: repair}
  - {key: close, title: 修复, from: filed, to: closed, who: [inspector, dispatcher], does: close, ask: [look_on], stop: repair, start: look, undo: 60s}
  - {key: void, title: 不成立, from: filed, to: void, who: inspector, does: close, stop: repair}
  - {key: hold, title: 复看合格, from: closed, to: solid, who: inspector, must: [{when: "recurs:>0", note: yes, why: 又出现过，写明为什么不是复发}], stop: look, undo: 60s}
  - {key: back, title: 复看不合格, from: closed, to: filed, who: [inspector, dispatcher], does: reopen, note: required, stop: look, start: repair, stamp: back_at, undo: 60s}
  - {key: correct, title: 更正, from: closed, who: inspector, ask: [small]}
consolidate:
  after: 6w
  field: look_on
  when: "small:no"
  pass: hold
  fail: back
  recur: {class: same, within: 200m, when: "-state:void"}
tallies:
  - {key: closed, title: 已修复, by: closed, where: "closed:yes -state:void"}
  - {key: solid, title: 已巩固, by: consolidated}
  - {key: again, title: 又出现, by: consolidated, where: "recurs:>0"}
  - {key: held, title: 修复后已巩固, by: closed, where: "consolidated:yes"}
  - {key: back, title: 复看不合格, by: back_at}
rates:
  - {key: held, title: 巩固率, formula: held / closed}
`;
