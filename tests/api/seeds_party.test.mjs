// Page 004 of the town's own paper looks back on a year in seven paragraphs. Here a clerk brings the year's rows in by sheets (those of the demonstration
// town: the page's figures, invented rows), problems and suggestions are filed as items that name the research that found them, and each paragraph is
// told from counts. Beside every number stands the filter that lists it; where the page gives a figure, the count must be it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Town, good, root, until } from './lib.mjs';
import { listed } from './scene.mjs';
import { makeBook } from './xlsx.mjs';

const YEAR = '2023-01-22..2024-02-09'; // the year of the rabbit: 癸卯
const RESEARCHES = 175;
const PROBLEMS = 77;
const SUGGESTIONS = 125;

async function bring(person, name, content, loop) {
  const form = (more) => {
    const f = new FormData();
    f.set('file', new Blob([content]), name);
    for (const [k, v] of Object.entries(more)) f.set(k, v);
    return f;
  };
  const found = await person.call('POST', '/api/import-look', form({ loop }));
  assert.equal(found.status, 200, JSON.stringify(found.body));
  const answer = async (dry) => {
    const r = await person.call('POST', '/api/imports', form({ map: JSON.stringify(found.body.map), dry }));
    assert.equal(r.status, 202, JSON.stringify(r.body));
    return until('the import is over', async () => {
      const { body } = await person.get(`/api/jobs/${r.body.id}`);
      return !['waiting', 'running'].includes(body.state) && body;
    });
  };
  const tried = await answer('yes'), done = await answer('no');
  const counts = (job) => [job.new, job.updated, job.same, job.bad];
  assert.deepEqual(counts(done), counts(tried), 'what the trial told');
  return counts(done);
}

test('page 004: “七组关键词回眸兔年新泾的精彩瞬间” – seven paragraphs, every figure a count', async (t) => {
  const town = await Town.make({ at: '2024-02-08T09:00:00+08:00' });
  t.after(() => town.end());
  const keeper = await town.as('keeper1'), dispatcher = await town.as('dispatcher1'), leader = await town.as('leader1');
  const sheet = (register) => readFileSync(join(root, `towns/xinjing/registers/${register}.csv`));

  await t.test('a clerk brings in the sheets of four registers, and a second time nothing changes', async () => {
    for (const register of ['party-branch', 'activity', 'member-count', 'facility']) {
      const rows = sheet(register).toString().trim().split('\n').length - 1;
      assert.deepEqual(await bring(keeper, `${register}.csv`, sheet(register), register), [rows, 0, 0, 0]);
      assert.deepEqual(await bring(keeper, `${register}.csv`, sheet(register), register), [0, 0, rows, 0]);
      assert.equal((await leader.list(`register:${register}`, '&limit=1')).total, rows);
    }
  });

  await t.test('what the researches found is filed as items, each naming its research', async () => {
    const researches = [];
    for (let path = '&limit=100'; path;) {
      const list = await leader.list(`register:activity kind:调研 held_on:${YEAR}`, path);
      researches.push(...list.rows);
      path = list.next && `&limit=100&after=${encodeURIComponent(list.next)}`;
    }
    assert.equal(researches.length, RESEARCHES);
    const found = (i) => researches[i % RESEARCHES].no;
    const AREAS = ['经济工作', '民生服务', '平安法治', '党的建设', '城市治理'];
    const problems = await bring(dispatcher, '问题.xlsx', makeBook({ 问题清单: [['标题', '来源', '工作领域', '调研活动', '完成期限'],
      ...Array.from({ length: PROBLEMS }, (_, i) => [`排摸问题第${i + 1}项（演示）`, '调研排摸', AREAS[i % AREAS.length], found(i * 2), '2024-06-30'])] }), 'task');
    assert.deepEqual(problems, [PROBLEMS, 0, 0, 0]);
    const suggestions = await bring(dispatcher, '建议.xlsx', makeBook({ 意见建议: [['标题', '来源', '建议类别', '调研活动'],
      ...Array.from({ length: SUGGESTIONS }, (_, i) => [`意见建议第${i + 1}条（演示）`, '调研听取', '民生实事', found(i)])] }), 'proposal');
    assert.deepEqual(suggestions, [SUGGESTIONS, 0, 0, 0]);
    const first = researches[0];
    assert.equal((await leader.list(`loop:task,proposal refers:${first.no}`)).total, 2, 'the research shows what it found');
    assert.equal((await leader.item((await leader.list('loop:task 排摸问题第1项')).rows[0].id)).fields.find((f) => f.key === 'research').shown, first.title);
  });

  // A number of the sentence and the filter it is the count of.
  const told = [];
  const n = async (filter) => {
    const { total, total_capped: capped } = await leader.list(filter, '&limit=1');
    assert.ok(!capped, filter);
    told.push([total, filter]);
    return total;
  };
  /** The number that stands in a field of the only row a filter finds. */
  const value = async (filter, field) => {
    const { rows, total } = await leader.list(filter, `&columns=${field}`);
    assert.equal(total, 1, filter);
    told.push([rows[0].cells[field], `${filter} → ${field}`]);
    return Number(rows[0].cells[field]);
  };
  /** A figure of a register's board that adds up a field; the sum over its list is the same. */
  const sum = async (register, key) => {
    const board = (await leader.get(`/api/boards/${register}`)).body;
    const tally = board.tallies.find((x) => x.key === key);
    assert.equal(await listed(leader, tally, tally.filter), board.total.tallies[key]);
    told.push([board.total.tallies[key], `Σ ${tally.sum}: ${tally.filter}`]);
    return board.total.tallies[key];
  };
  const held = (rest) => n(`register:activity held_on:${YEAR} ${rest}`);
  const tell = (tt, sentence) => {
    tt.diagnostic(sentence);
    for (const [figure, filter] of told.splice(0)) tt.diagnostic(`    ${figure} ← ${filter}`);
  };

  await t.test('1 “主题教育 走深走实”', async (tt) => {
    const f = {
      study: await held('kind:中心组学习'), special: await held('kind:专题党课'), parties: await value(`register:activity held_on:${YEAR} kind:联学共建 series:三方联学`, 'parties'),
      reports: await held('kind:专题报告会'), lectures: await held('kind:主题党课 series:初心说'), bodies: await n('register:party-branch open:yes kind:党委,党总支,党支部'),
      members: await sum('member-count', 'members'), researches: await held('kind:调研'),
      problems: await n('loop:task channel:调研排摸 -research:none'), suggestions: await n('loop:proposal channel:调研听取 -research:none') };
    tell(tt, `主题教育：党委中心组开展理论学习 ${f.study} 次、专题党课 ${f.special} 堂；${'〇一二三'[f.parties]}方联学；专题学习报告会 ${f.reports} 场、“初心说”主题党课 ${f.lectures} 场，${f.bodies} 个党组织、`
      + `${Math.floor(f.members / 1000) * 1000} 余名党员参与；针对性调研 ${f.researches} 次，排摸问题 ${f.problems} 个，听取意见建议 ${f.suggestions} 条。`);
    assert.deepEqual([f.study, f.special, f.parties, f.reports, f.lectures, f.bodies, f.researches, f.problems, f.suggestions], [59, 12, 3, 6, 202, 241, 175, 77, 125]);
    assert.ok(f.members > 7000 && f.members < 7100, `7000余名: ${f.members}`);
  });

  await t.test('2 “东虹片区 同频联动”', async (tt) => {
    const town_area = await value('register:party-branch kind:党委 domain:机关', 'area');
    const wide = await value('register:party-branch kind:党建联盟 最虹桥', 'area');
    const alliances = await n('register:party-branch open:yes kind:党建联盟 -area:none');
    const partners = (await value(`register:activity held_on:${YEAR} kind:联学共建`, 'parties')) - 1;
    tell(tt, `东虹片区：立足 ${town_area} 平方公里深化“镇园一体”，着眼 ${wide} 平方公里、由 ${alliances} 个跨区域党建联盟牵头加强联动，与 ${partners} 个相邻街道、园区党组织联学。`);
    assert.deepEqual([town_area, wide, alliances, partners], [11.89, 19.9, 1, 2]);
  });

  await t.test('3 “经济名片 不断擦亮”', async (tt) => {
    const places = await n('register:facility open:yes kind:营商服务'), summits = await held('kind:招商推介');
    const salons = await held('kind:企业交流 series:创投沙龙'), chambers = await held('kind:企业交流 series:行业商会');
    tell(tt, `经济名片：营商和人才服务布局 ${places} 处；举办财富管理峰会 ${summits} 场，创投沙龙 ${salons} 期、行业商会活动 ${chambers} 次。`);
    assert.deepEqual([places, summits], [3, 1], 'the three places and the one summit the page names');
    assert.ok(salons > 0 && chambers > 0, 'the page gives no figure');
  });

  await t.test('4 “绣花功夫 精细治理”', async (tt) => {
    const windows = await n('register:facility open:yes kind:政务服务 belt:15分钟');
    const forces = await value('register:facility open:yes kind:法律服务', 'forces');
    const care = await held('kind:评选获奖 honour:"2023年度社保服务优秀社区"'), silver = await held('kind:评选获奖 honour_level:社会 睦邻巷');
    tell(tt, `精细治理：“15分钟政务服务圈”里设直达窗口 ${windows} 个；调解中心统筹 ${forces} 方法治力量；社保服务市级荣誉 ${care} 项，公益创投银奖 ${silver} 项。`);
    assert.deepEqual([windows, forces, care, silver], [2, 3, 1, 1]);
  });

  await t.test('5 “幸福之地 泾彩蝶变”', async (tt) => {
    const gardens = await n('register:facility open:yes kind:生境花园'), museum = await n('register:facility open:yes kind:文化 status:在建 生境博物馆');
    const street = await n('register:facility open:yes kind:美丽街区'), river = await n('register:facility open:yes kind:滨水空间');
    tell(tt, `泾彩蝶变：全镇 ${gardens} 座生境花园，在建社区级生境博物馆 ${museum} 座，美丽街区 ${street} 个，滨水休闲文化空间 ${river} 处。`);
    assert.deepEqual([gardens, museum, street, river], [5, 1, 1, 1]);
  });

  await t.test('6 “文脉隽永 焕新而生”', async (tt) => {
    const feast = await held('kind:文化活动 series:乐活家园节'), shows = await held('kind:文化活动 交流展'), studios = await held('kind:文化活动 名家工作室');
    const digs = await held('kind:非遗传承 series:非遗项目'), courses = await held('kind:非遗传承 series:江南文化润社区');
    tell(tt, `文脉隽永：首届“乐活家园节” ${feast} 届、主题交流展 ${shows} 场、名家工作室 ${studios} 次；挖掘非遗项目 ${digs} 个，培训课、体验日 ${courses} 种。`);
    assert.deepEqual([feast, shows, studios, digs, courses], [1, 1, 1, 2, 2], 'as many as the page names');
  });

  await t.test('7 “党建引领 同心同行”', async (tt) => {
    const belts = [];
    for (const belt of ['15分钟', '10分钟', '5分钟']) belts.push(await n(`register:facility open:yes kind:党群服务 belt:${belt}`));
    const alliances = await n('register:party-branch open:yes kind:党建联盟 area:none'), councils = await n('register:party-branch open:yes kind:专委会');
    const national = await held('kind:评选获奖 honour_level:全国'), green = await held('kind:评选获奖 honour_level:市级 unit:lvyuan-8');
    tell(tt, `党建引领：“15—10—5分钟党群服务带” ${belts.join('、')} 处；金融服务业、街区治理党建联盟 ${alliances} 个，专委会 ${councils} 个；全国优秀案例 ${national} 个，绿八居民区市级荣誉 ${green} 项。`);
    assert.deepEqual([belts[0], belts[1], alliances, councils, national, green], [2, 1, 2, 1, 1, 2]);
    assert.ok(belts[2] > 0, 'the page gives no figure');
  });

  await t.test('boards say the same, each figure is its list, and the history holds', async () => {
    const board = async (key) => (await leader.get(`/api/boards/${key}`)).body;
    for (const key of ['party-branch', 'activity', 'member-count', 'facility']) {
      const b = await board(key);
      for (const x of b.tallies) assert.equal(await listed(leader, x, x.filter), b.total.tallies[x.key], x.filter);
    }
    const { study, special, lectures, reports, research } = (await board('activity')).total.tallies;
    assert.deepEqual([study, special, lectures, reports, research, (await board('party-branch')).total.tallies.kept], [59, 12, 202, 6, 175, 241]);
    assert.equal((await leader.get('/api/boards/task?period=2024-02')).body.total.tallies.filed, PROBLEMS);
    assert.equal((await leader.get('/api/boards/proposal?period=2024-02')).body.total.tallies.filed, SUGGESTIONS);
    const before = (await board('member-count')).total.tallies;
    const [row] = (await keeper.list('register:member-count 虹桥人才公寓党总支')).rows;
    const it = await keeper.item(row.id);
    const now = it.fields.find((f) => f.key === 'members').value;
    const more = await keeper.step(it, 'change', { fields: { full: Number(now) + 9, probationary: 1 } });
    assert.equal(more.status, 200, JSON.stringify(more.body));
    assert.equal((await board('member-count')).total.tallies.members, before.members + 10, 'a sum follows the number');
    assert.equal((await keeper.step(more.body, 'archive', { note: '撤销' })).status, 200);
    const after = (await board('member-count')).total.tallies;
    assert.deepEqual([after.kept, after.members, after.reported_in], [before.kept - 1, before.members - Number(now), before.reported_in - 318]);
    await town.stop();
    good('tally', 'verify', '--dir', town.dir);
    good('audit', 'verify', '--dir', town.dir);
    await town.start();
  });
});
