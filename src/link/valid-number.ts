const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

/** Whether a number inside a list (which no column's word has read) is a citizen identity number. @see GB 11643-1999 §6 */
export function isValidNumber(number: string): boolean {
  if (!/^\d{17}[\dX]$/.test(number)) return false;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(number[i]), 0);
  return number[17] === '10X98765432'[sum % 11];
}
