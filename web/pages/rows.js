// What files and what lasts: the filing page, the pages of registers, and the controls of fields only they have. One lazy
// chunk: each further one would take pieces out of the first load.
export { FileNew } from './file-new.js';
export { FoundRows, NamedRows, Register, RegisterBoard, Registers, RowBody, RowNew } from './registers.js';
export { Beside, ClashHint } from '../ui/beside.js';
export { Plan } from '../ui/plan.js';
export { Recheck } from '../ui/recheck.js';
export { Shares } from '../ui/shares.js';
export { Twins } from './twins.js';
export { MergeRows } from '../ui/merge-rows.js';
export { Amount, Checked, Reference, SameName } from '../ui/row-fields.js';
export { ShapeMap, ShapePick } from '../ui/shape.js';
export { FileField, NamedFile } from '../ui/file-field.js';
export { Sealed } from '../ui/sealed.js';
