import type { CicdError } from "#shared/error.ts";
import { addTokens, type Spending, type Tokens, type Usage } from "#shared/task.ts";
import { type Amount, add, amountOf, subtract } from "./amount.ts";
import type { DaySpending } from "./day-spending.ts";
import { exhausted } from "./exhausted.ts";
import type { BudgetLimits } from "./limits.ts";
import { estimateCost } from "./prices.ts";

/** What the budget of a task starts from. */
export interface TaskBudgetOptions {
  readonly limits: BudgetLimits;
  /** What earlier attempts of the task have spent. */
  readonly task: Usage;
  /** What the session has spent, those attempts included. */
  readonly session: Usage;
  /** Shared by all tasks of the host. */
  readonly day: DaySpending;
}

/**
 * Counts what a task spends, and tells when a budget is used up. Requests are counted by estimates
 * as they come, a turn at its end by the cost that the CLI tells. Whoever asks no more once
 * {@link TaskBudget.exceeded} says so passes no limit by more than the last request; a limit in US
 * dollars by no more than the last turn where the model's price is not known.
 */
export class TaskBudget {
  readonly #limits: BudgetLimits;
  readonly #day: DaySpending;
  #task: Amount;
  #session: Amount;
  /** Counted already, by estimates. */
  #turn: Spending = none;

  constructor({ limits, task, session, day }: TaskBudgetOptions) {
    this.#limits = limits;
    this.#task = amountOf(task);
    this.#session = amountOf(session);
    this.#day = day;
  }

  /** Counts a request to the model that has been answered. */
  spend(model: string, tokens: Tokens): void {
    const request = { ...tokens, cost_usd: estimateCost(model, tokens) ?? 0, model_requests: 1 };
    this.#turn = sum(this.#turn, request);
    this.#count(amountOf(request));
  }

  /**
   * Ends a turn: the cost that the CLI tells replaces the estimate, which stays where the CLI died
   * and told nothing. Returns what the turn took, for the ledger.
   */
  endTurn(told?: Usage): Spending {
    const counted = this.#turn;
    this.#turn = none;
    if (told === undefined) return counted;
    // The CLI leaves the tokens of an interrupted request out, but not its cost.
    const more = (figure: keyof Tokens) => Math.max(told[figure], counted[figure]);
    const turn = {
      model_requests: counted.model_requests,
      input_tokens: more("input_tokens"),
      output_tokens: more("output_tokens"),
      cache_read_input_tokens: more("cache_read_input_tokens"),
      cache_creation_input_tokens: more("cache_creation_input_tokens"),
      cost_usd: told.cost_usd,
    };
    this.#count(subtract(amountOf(turn), amountOf(counted)));
    return turn;
  }

  /** Error `budget_exhausted` once nothing is left of a budget; it names the narrowest one. */
  exceeded(): CicdError | undefined {
    const { task, session, day } = this.#limits;
    return (
      exhausted("task", task, this.#task) ??
      exhausted("session", session, this.#session) ??
      exhausted("day", day, this.#day.spent, this.#day.endsAt)
    );
  }

  #count(amount: Amount): void {
    this.#task = add(this.#task, amount);
    this.#session = add(this.#session, amount);
    this.#day.add(amount);
  }
}

const none: Spending = {
  model_requests: 0,
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  cost_usd: 0,
};

function sum(one: Spending, other: Spending): Spending {
  return {
    ...addTokens(one, other),
    model_requests: one.model_requests + other.model_requests,
    cost_usd: one.cost_usd + other.cost_usd,
  };
}
