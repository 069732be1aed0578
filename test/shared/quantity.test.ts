import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Duration, Size } from "#shared/quantity.ts";

const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytes = { B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

suite("Duration", () => {
  test("any amount of any unit: that many milliseconds", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.constantFrom(...entries(milliseconds)),
        (amount, [unit, factor]) => {
          assert.equal(Duration.parse(`${amount}${unit}`), amount * factor);
        },
      ),
    );
  });

  test("a fraction: rounded to whole milliseconds", () => {
    assert.equal(Duration.parse("1.5s"), 1500);
    assert.equal(Duration.parse("0.4ms"), 0);
    assert.equal(Duration.parse("0.1s"), 100);
  });

  test("anything else: refused, or a whole number that is not negative", () => {
    fc.assert(fc.property(anyText("0123456789.smhd -"), (text) => wholeOrRefused(Duration, text)));
  });

  for (const text of [
    "",
    "5",
    "s",
    "5 s",
    " 5s",
    "5s ",
    "-5s",
    "5S",
    "1h30m",
    "1.s",
    ".5s",
    "1e3s",
  ]) {
    test(`"${text}": refused, with examples`, () => {
      assert.match(Duration.safeParse(text).error?.message ?? "", /such as 500ms, 30s/);
    });
  }

  test("more than a number can hold exactly: refused", () => {
    assert.ok(!Duration.safeParse("9007199254740993ms").success);
    assert.ok(!Duration.safeParse(`${"9".repeat(400)}d`).success);
  });

  test("a number: refused with examples, as its unit is not known", () => {
    assert.match(Duration.safeParse(5).error?.message ?? "", /such as 500ms, 30s/);
  });
});

suite("Size", () => {
  test("any amount of any unit, however it is written: that many bytes in powers of 1024", () => {
    const suffix = fc.constantFrom("", "B", "iB");
    const unit = fc.constantFrom(...entries(bytes).slice(1));
    fc.assert(
      fc.property(fc.nat(4096), unit, suffix, (amount, [letter, factor], end) => {
        assert.equal(Size.parse(`${amount}${letter}${end}`), amount * factor);
      }),
    );
  });

  test("bytes and fractions: whole bytes", () => {
    assert.equal(Size.parse("17B"), 17);
    assert.equal(Size.parse("1.5K"), 1536);
  });

  test("anything else: refused, or a whole number that is not negative", () => {
    fc.assert(fc.property(anyText("0123456789.BKMGTi -"), (text) => wholeOrRefused(Size, text)));
  });

  for (const text of ["", "512", "M", "512 M", "-1M", "1m", "1MBB", "17BB", "17BiB", "1Mi"]) {
    test(`"${text}": refused, with examples`, () => {
      assert.match(Size.safeParse(text).error?.message ?? "", /such as 512M/);
    });
  }
});

function entries(units: Record<string, number>): [unit: string, factor: number][] {
  return Object.entries(units);
}

function anyText(alphabet: string) {
  return fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 8 }));
}

function wholeOrRefused(schema: typeof Duration, text: string): void {
  const { success, data } = schema.safeParse(text);
  if (success) assert.ok(Number.isInteger(data) && data >= 0, `${text} became ${data}`);
}
