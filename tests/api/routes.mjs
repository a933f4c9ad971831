// Every request there is and who may make it, as a table: read it aloud and compare it with how the town wants it.
//
// Roles that may; * is everybody who is logged in. Requests are chosen so that who may gets the status of the second
// column without anything being changed (an empty body is 400, an unknown number 404). The others get 403, nobody 401;
// "hidden" are those to whom the order does not exist: 404.
const READERS = 'leader dispatcher clerk handler assisting reader';
export const ROUTES = [
  // request                               may    who                                            hidden from
  ['GET /api/me', 200, '*'],
  ['GET /api/catalog', 200, '*'],
  ['GET /api/items', 200, READERS + ' stranger'],
  ['GET /api/items/ITEM', 200, READERS, 'stranger'],
  ['GET /api/numbers/NUMBER', 200, READERS, 'stranger'],
  ['GET /api/items/ITEM/files/1', 200, READERS, 'stranger'],
  ['POST /api/items', 400, 'dispatcher clerk'],
  ['POST /api/items/ITEM/steps', 400, 'leader dispatcher clerk handler assisting stranger'],
  ['POST /api/items/ITEM/reveal', 400, 'leader dispatcher handler assisting stranger'],
  ['POST /api/items/ITEM/files', 400, 'leader dispatcher clerk handler assisting stranger'],
  ['GET /api/boards/hotline', 200, 'leader dispatcher handler assisting stranger reader'],
  ['GET /api/export', 200, 'leader dispatcher'],
  ['GET /api/import-maps', 200, 'dispatcher'],
  ['POST /api/imports', 400, 'dispatcher'],
  ['GET /api/jobs', 200, 'dispatcher'],
  ['GET /api/jobs/99', 404, 'dispatcher'],
  ['GET /api/jobs/99/problems.csv', 404, 'dispatcher'],
  ['POST /api/jobs/99/undo', 404, 'dispatcher'],
  ['POST /api/jobs/99/stop', 404, 'dispatcher'],
  ['GET /api/units', 200, '*'],
  ['POST /api/units', 400, 'sysadmin'],
  ['PATCH /api/units/1', 400, 'sysadmin'],
  ['GET /api/people', 200, 'sysadmin secadmin'],
  ['POST /api/people', 400, 'sysadmin'],
  ['PATCH /api/people/1', 400, 'sysadmin'],
  ['POST /api/people/1/roles', 400, 'secadmin'],
  ['DELETE /api/people/999/roles?role=reader&unit=1', 404, 'secadmin'],
  ['GET /api/roles', 200, '*'],
  ['GET /api/tokens', 200, '*'],
  ['POST /api/tokens', 400, '*'],
  ['DELETE /api/tokens/none', 404, '*'],
  ['GET /api/defs', 200, '*'],
  ['GET /api/defs/1', 200, '*'],
  ['POST /api/defs', 400, 'sysadmin'],
  ['GET /api/audit', 200, 'auditadmin'],
  ['POST /api/password', 400, '*'],
];
