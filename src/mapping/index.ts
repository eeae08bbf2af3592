/** The words importers are written in. They make plain data; `src/validate` gives it its effect. */
export { defineImporter } from './define-importer.js';
export { csv, items, workbook } from './files.js';
export * from './words.js';
