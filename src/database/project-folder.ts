import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder, whether the program runs compiled (`dist/src/database`) or as source in a test. */
export const PROJECT_FOLDER = findProject(dirname(fileURLToPath(import.meta.url)));

function findProject(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder)
    throw new Error('The program is not inside its project folder: package.json is missing.');
  return findProject(dirname(folder));
}
