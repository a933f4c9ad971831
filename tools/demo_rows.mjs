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
      Math.round(households * (0.04 + 0.2 * chance('chargers', i)))];
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
      ((grade === '甲级' ? 38 : 22) + between(0, 20, 'rent', i)) / 10, grade];
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
      `${tax}万`, here ? '是' : '否', here && chance('counted', i) < 0.86 ? '是' : '否', unit.name];
  });
}

mkdirSync(OUT, { recursive: true });
write('estate', ['小区名称', '责任单位', '地址', '纬度', '经度', '类型', '建成年份', '楼栋数', '户数', '物业公司', '业委会', '更新情况', '电动自行车充电口'], estateRows());
write('building', ['楼宇名称', '责任单位', '地址', '纬度', '经度', '产权方', '商务面积（平方米）', '已租面积（平方米）', '年税收', '日租金（元每平方米）', '等级'], buildingRows());
write('enterprise', ['企业名称', '责任单位', '统一社会信用代码', '经营状态', '行业', '规模', '所在楼宇', '室号', '成立日期', '注册资本', '从业人数', '年税收', '税收在本镇', '统计在本镇', '服务单位'], enterpriseRows());
