import { describe, expect, it } from 'vitest';
import { boundsOf, levelOf } from '../../src/authorize/index.js';

const of = (...divisions: string[]) => boundsOf({ divisions, registers: ['police'] });

describe('the bounds of a viewer', () => {
  it('are of the level of its divisions', () => {
    expect(of('530502').level).toBe('county');
    expect(of('530502001', '530502002')).toMatchObject({ level: 'township', townships: ['530502001', '530502002'] });
    expect(of('530502001001').level).toBe('village');
    expect(of('530502001001001').level).toBe('grid');
  });

  it('drop a division that lies in another, and are mixed only where levels remain', () => {
    expect(of('530502001', '530502001001')).toMatchObject({ level: 'township', villages: [] });
    expect(of('530502001', '530502002001')).toMatchObject({
      level: 'mixed',
      townships: ['530502001'],
      villages: ['530502002001'],
    });
    expect(of('530502', '530502002001').level).toBe('county');
  });

  it('take no code for the beginning of another that it is not', () => {
    expect(levelOf('53050')).toBeNull();
    expect(levelOf('')).toBeNull();
    expect(levelOf('53050２')).toBeNull();
    expect(levelOf('530502001\n')).toBeNull();
    expect(() => of('530502000000000000')).toThrow(RangeError);
  });
});
