// Documents that are made from the program are the ones this program makes.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Town, root } from './lib.mjs';
import { apiDoc } from '../../tools/api_doc.mjs';

test('docs/api.md is made from the routes', async (t) => {
  const town = await Town.make({ at: '2026-11-20T09:00:00+08:00' });
  t.after(() => town.end());
  const spec = (await town.nobody().get('/api/openapi.json')).body;
  assert.equal(readFileSync(join(root, 'docs/api.md'), 'utf8') === apiDoc(spec), true,
    'make it again: curl -s …/api/openapi.json | node tools/api_doc.mjs > docs/api.md');
});
