import type { NewCommit } from "#test/workspace/repository.ts";

/** What the demo's small project is before the pull request. */
export const base: NewCommit = {
  message: "A shop's cart",
  files: {
    "README.md": "# Cart\n\nPrices are in cents.\n",
    "src/cart.ts": `export interface Item {
  name: string;
  cents: number;
  count: number;
}

export function total(items: Item[]): number {
  let sum = 0;
  for (const item of items) {
    sum += item.cents * item.count;
  }
  return sum;
}
`,
  },
};

/** The pull request as it is opened: with two mistakes. */
export const opened: NewCommit = {
  message: "Add discounts",
  files: {
    "src/discount.ts": `import { type Item, total } from "./cart.ts";

/** Takes so many percent off. */
export function discounted(items: Item[], percent: number): number {
  const sum = total(items);
  return sum - sum * percent / 100;
}

export function average(items: Item[]): number {
  return total(items) / items.length;
}
`,
  },
};

/** The second push: one of them is mended. */
export const synchronized: NewCommit = {
  message: "Round discounts to whole cents",
  files: {
    "src/discount.ts": `import { type Item, total } from "./cart.ts";

/** Takes so many percent off, rounded to whole cents. */
export function discounted(items: Item[], percent: number): number {
  const sum = total(items);
  return sum - Math.round((sum * percent) / 100);
}

export function average(items: Item[]): number {
  return total(items) / items.length;
}
`,
  },
};
