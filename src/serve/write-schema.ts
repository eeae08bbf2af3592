import { writeFileSync } from 'node:fs';
import { printHubSchema } from './build-hub-schema.js';

/** Run by `npm run codegen`, in the project's folder: prints the published schema. */
writeFileSync('schema/schema.graphql', printHubSchema());
