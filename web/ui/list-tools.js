// What a list needs now and then: its columns, and what can be done with several chosen items at once. One lazy chunk.
export { ColumnsDialog } from './columns-dialog.js';
export { BulkBar } from './bulk-bar.js';
