import { expect, test } from "vitest";
import { exact, rounded } from "./number";

test.each<[number | null | undefined, string]>([
  [0.9199999999999999, "0.92"],
  [0.920001, "0.920001"],
  [0.92000049, "0.92"],
  [1 / 3, "0.333333"],
  [-1 / 3, "-0.333333"],
  [12345.678, "12345.7"],
  [999_999.96, "1000000"],
  [0, "0"],
  [-0, "0"],
  [27, "27"],
  [123_456_789, "123456789"],
  [1_234_567_890_123, "1.23457e+12"],
  [0.0001, "0.0001"],
  [0.0000123456789, "1.23457e-5"],
  [1e-7, "1e-7"],
  [Number.MAX_VALUE, "1.79769e+308"],
  [Number.MIN_VALUE, "4.94066e-324"],
  [NaN, "NaN"],
  [null, "NaN"],
  [undefined, "NaN"],
])("%s is shown as %s", (value, shown) => {
  expect(rounded(value)).toBe(shown);
});

test("the exact value loses nothing", () => {
  expect(exact(0.9199999999999999)).toBe("0.9199999999999999");
  expect(Number(exact(1.2345678901234567e-9))).toBe(1.2345678901234567e-9);
  expect(exact(null)).toBe("NaN");
});
