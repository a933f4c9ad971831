// What a list or the filing form needs now and then: a list's columns, a term for its filter, what can be done with several chosen items at once,
// marking a place. One lazy chunk.
export { CellMap } from './cell-map.js';
export { ColumnsDialog } from './columns-dialog.js';
export { AddTerm } from './add-term.js';
export { BulkBar } from './bulk-bar.js';
export { Gathered } from './gather.js';
export { PlacePick } from './place-pick.js';
