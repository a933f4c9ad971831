// The pages that are not needed at first: one lazy chunk, so that the first load stays a handful of files.
export { Board } from './board.js';
export { Cadences } from './cadences.js';
export { Supervision } from './supervision.js';
export { Keydates } from './keydates.js';
export { Month } from './month.js';
export { Import } from './import.js';
export { Jobs, JobPage } from './jobs.js';
export { Password } from './password.js';
export { Settings, Units, People, Defs, DefText, Audit, Tokens, Lists, Layers, RouteTries } from './settings/index.js';
