// Numbers as people compare them. What is shown is rounded; what is copied is not.

const DIGITS = 6;

/** Six significant digits; `null` is how JSON carries what is not a number. */
export function rounded(value: number | null | undefined): string {
  if (value == null || Number.isNaN(value)) return "NaN";
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e9) return String(value + 0);
  if (magnitude >= 1e9 || magnitude < 1e-4) {
    const [mantissa, exponent] = value.toExponential(DIGITS - 1).split("e");
    return `${Number(mantissa)}e${exponent}`;
  }
  return String(Number(value.toPrecision(DIGITS)));
}

/** Every digit that the number has. */
export function exact(value: number | null | undefined): string {
  return value == null ? "NaN" : String(value);
}
