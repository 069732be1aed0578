import type { CicdError } from "#shared/error.ts";
import { addTokens, noSpending, type Spending, type Tokens, type Usage } from "#shared/task.ts";
import { type Amount, add, amountOf, subtract } from "./amount.ts";
import type { DaySpending } from "./day-spending.ts";
import { exhausted } from "./exhausted.ts";
import type { BudgetLimit, BudgetLimits } from "./limits.ts";
import { estimateCost } from "./prices.ts";

/** What the budget of a task starts from. */
export interface TaskBudgetOptions {
  readonly limits: BudgetLimits;
  /** What earlier attempts of the task have spent. */
  readonly task: Spending;
  /** What the session has spent, those attempts included. */
  readonly session: Spending;
  /** Shared by all tasks of the host. */
  readonly day: DaySpending;
}

/**
 * Counts what a task spends, and tells when a budget is used up. Requests are counted by estimates
 * as they come, a turn at its end by the cost that the CLI tells. Whoever asks no more once
 * {@link TaskBudget.exceeded} says so passes no limit by more than the last request; a limit in US
 * dollars by no more than the last turn where the model's price is not known. Time is counted at the
 * end of a turn: {@link TaskBudget.timeLeft} tells how long it may take.
 */
export class TaskBudget {
  readonly #limits: BudgetLimits;
  readonly #day: DaySpending;
  #task: Amount;
  #session: Amount;
  /** Counted already, by estimates. */
  #turn: Spending = noSpending;

  constructor({ limits, task, session, day }: TaskBudgetOptions) {
    this.#limits = limits;
    this.#task = amountOf(task);
    this.#session = amountOf(session);
    this.#day = day;
  }

  /** Counts a request to the model that has been answered. */
  spend(model: string, tokens: Tokens): void {
    const cost_usd = estimateCost(model, tokens) ?? 0;
    const request = { ...tokens, cost_usd, model_requests: 1, turn_ms: 0 };
    this.#turn = sum(this.#turn, request);
    this.#count(amountOf(request));
  }

  /**
   * Ends a turn that took so many milliseconds: the cost that the CLI tells replaces the estimate,
   * which stays where the CLI died and told nothing. Returns what the turn took, for the ledger.
   */
  endTurn(turnMs: number, told?: Usage): Spending {
    const counted = this.#turn;
    this.#turn = noSpending;
    const turn = { ...(told ? settled(counted, told) : counted), turn_ms: Math.round(turnMs) };
    this.#count(subtract(amountOf(turn), amountOf(counted)));
    return turn;
  }

  /** How long the next turn may take, in milliseconds; Infinity where no time is limited. */
  get timeLeft(): number {
    const { task, session, day } = this.#limits;
    const left = ({ time = Number.POSITIVE_INFINITY }: BudgetLimit, spent: Amount) =>
      Math.max(0, time - spent.time);
    return Math.min(
      left(task, this.#task),
      left(session, this.#session),
      left(day, this.#day.spent),
    );
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

/** The turn with the cost that the CLI told. It leaves the tokens of an interrupted request out. */
function settled(counted: Spending, told: Usage): Spending {
  const more = (figure: keyof Tokens) => Math.max(told[figure], counted[figure]);
  return {
    ...counted,
    input_tokens: more("input_tokens"),
    output_tokens: more("output_tokens"),
    cache_read_input_tokens: more("cache_read_input_tokens"),
    cache_creation_input_tokens: more("cache_creation_input_tokens"),
    cost_usd: told.cost_usd,
  };
}

function sum(one: Spending, other: Spending): Spending {
  return {
    ...addTokens(one, other),
    model_requests: one.model_requests + other.model_requests,
    cost_usd: one.cost_usd + other.cost_usd,
    turn_ms: one.turn_ms + other.turn_ms,
  };
}
