import type { Product } from "./product.ts";
import type { ReviewTimes } from "./reading.ts";
import type { Recorder } from "./rows.ts";
import { grownFiles } from "./sample.ts";
import type { Scene } from "./scene.ts";

/** How many pushes a pull request gets. */
const pushes = 5;

/** What five pushes are measured in. */
export interface PushesContext {
  readonly scene: Scene;
  readonly repeats: number;
  readonly record: Recorder;
}

/**
 * Five pushes to one pull request, each reviewed in its conversation, beside five reviews that have
 * nothing in common: of the same five versions, each in a pull request of its own.
 */
export async function runPushes({ scene, repeats, record }: PushesContext): Promise<void> {
  const { product } = scene;
  // Number 1 is the scene's own.
  let number = 1;
  const takeApart = async () => {
    const reviews: ReviewTimes[] = [];
    for (let push = 1; push <= pushes; push += 1) {
      number += 1;
      reviews.push(await product.push(number, "cold", grownFiles(1, push)));
      await product.close(number);
    }
    recordAll("apart", reviews, record);
  };
  const takeInARow = async () => {
    number += 1;
    const reviews = await inARow(product, number);
    await product.close(number);
    recordAll("row", reviews, record);
  };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const [before, after] = repeat % 2 === 0 ? [takeApart, takeInARow] : [takeInARow, takeApart];
    await before();
    await after();
  }
}

async function inARow(product: Product, number: number): Promise<ReviewTimes[]> {
  const reviews: ReviewTimes[] = [];
  for (let push = 1; push <= pushes; push += 1) {
    const start = push === 1 ? "cold" : "warm";
    reviews.push(await product.push(number, start, grownFiles(push, push)));
  }
  return reviews;
}

function recordAll(how: "apart" | "row", reviews: readonly ReviewTimes[], record: Recorder): void {
  const sum = (figure: (review: ReviewTimes) => number) =>
    reviews.reduce((total, review) => total + figure(review), 0);
  record(
    `pushes_${how}`,
    sum(({ totalMs }) => totalMs),
  );
  record(
    `pushes_${how}_sent`,
    sum(({ newTokens, cachedTokens }) => newTokens + cachedTokens),
  );
  record(
    `pushes_${how}_new`,
    sum(({ newTokens }) => newTokens),
  );
}
