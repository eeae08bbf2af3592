import type { Importer } from '../src/model/importer.js';
import { civilAffairs } from './civil-affairs.js';
import { governance } from './governance.js';
import { partyBuilding } from './party-building.js';
import { police } from './police.js';

/** Every department that delivers. Another is one file beside these and one line here. */
export const IMPORTERS: readonly Importer[] = [police, civilAffairs, partyBuilding, governance];
