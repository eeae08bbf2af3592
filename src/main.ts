import { runCommand } from './cli.js';

process.exitCode = await runCommand(process.argv.slice(2), process.env);
// A pool's idle timers must not keep a finished command waiting.
process.exit();
