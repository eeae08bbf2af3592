import { Command as Program, CommanderError } from 'commander';
import { COMMANDS } from './commands/index.js';
import { EXIT, UsageError, type Command, type CommandContext } from './commands/command.js';
import { openTerminal } from './commands/terminal.js';
import { readConfig, readLanguage } from './config.js';
import { NoHub } from './hub.js';
import { WrongSetting } from './model/wrong-setting.js';

/** Runs one command line. @returns the exit code */
export async function runCommand(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  let code: number = EXIT.done;
  const terminal = openTerminal();
  const language = readLanguage(environment);
  try {
    const config = readConfig(environment);
    const context: CommandContext = { config, terminal, say: (sentence) => sentence[config.language] };
    const program = new Program('hub')
      .description(context.say(ABOUT))
      .exitOverride()
      .configureOutput({
        writeOut: (text) => process.stdout.write(text),
        writeErr: (text) => process.stderr.write(text),
      });
    if (config.language === 'zh')
      program.helpOption('-h, --help', '显示帮助').helpCommand('help [command]', '显示某个命令的帮助');
    for (const command of COMMANDS) declare(program, command, context, (exit) => (code = exit));
    await program.parseAsync(words as string[], { from: 'user' });
    return code;
  } catch (error) {
    terminal.settle();
    if (error instanceof CommanderError) {
      // A provider's ids of tokens and keys may begin with a dash.
      if (error.code === 'commander.unknownOption') terminal.note(DASHED[language]);
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    if (error instanceof UsageError || error instanceof NoHub) {
      terminal.note(error.words[language]);
      return EXIT.usage;
    }
    if (error instanceof WrongSetting) {
      terminal.note(`hub: ${error.words[language]}`);
      return EXIT.failed;
    }
    terminal.note(
      environment['HUB_DEBUG'] ? ((error as Error).stack ?? String(error)) : `hub: ${(error as Error).message}`,
    );
    return EXIT.failed;
  }
}

const DASHED = {
  zh: '以连字符开头而不是选项的，请写在 -- 之后',
  en: 'What begins with a dash and is no option goes after --.',
};

const ABOUT = {
  zh: '县级数据枢纽：接收各部门每晚交付，归并为同一张图，经 GraphQL 按权限查询',
  en: 'The county data hub: takes in what the departments deliver every night, works out who is who, answers through GraphQL',
};

function declare(program: Program, command: Command, context: CommandContext, onExit: (code: number) => void): void {
  const declared = program.command(command.name).description(context.say(command));
  if (context.config.language === 'zh') declared.helpOption('-h, --help', '显示帮助');
  for (const argument of command.arguments ?? []) declared.argument(argument.name, context.say(argument));
  for (const option of command.options ?? []) declared.option(option.flags, context.say(option), option.fallback);
  declared.action(async (...given: unknown[]) => {
    const operands = given
      .slice(0, -2)
      .flat()
      .filter((operand): operand is string => typeof operand === 'string');
    onExit(await command.run(context, operands, given.at(-2) as Record<string, unknown>));
  });
}
