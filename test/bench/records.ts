import type { RawTurn } from "./raw.ts";
import type { ReviewTimes } from "./reading.ts";
import type { Recorder } from "./rows.ts";

/** Records the first turn of a bare process. */
export function recordRawCold({ firstMs, totalMs }: RawTurn, record: Recorder): void {
  record("raw_cold", totalMs);
  record("raw_cold_first", firstMs);
}

/** Records a first review, by a process that was started for it. */
export function recordCold({ totalMs, timing }: ReviewTimes, record: Recorder): void {
  const { workspace_ms, process_ms, turn_ms } = timing;
  record("ours_cold", totalMs);
  record("ours_cold_workspace", workspace_ms);
  record("ours_cold_process", process_ms);
  record("ours_cold_turn", turn_ms);
  record("ours_cold_rest", totalMs - workspace_ms - process_ms - turn_ms);
}

/** Records a first review, by a process that waited for it. */
export function recordSpare({ totalMs, firstMs, timing }: ReviewTimes, record: Recorder): void {
  record("ours_spare", totalMs);
  record("ours_spare_first", firstMs);
  record("ours_spare_workspace", timing.workspace_ms);
  record("ours_spare_process", timing.process_ms);
  record("ours_spare_turn", timing.turn_ms);
  record("ours_spare_beside_warm", totalMs);
}

/** Records a later review beside the bare turn that it was paired with. */
export function recordWarm(times: ReviewTimes, rawMs: number, record: Recorder): void {
  const { workspace_ms, process_ms, turn_ms } = times.timing;
  record("raw_warm", rawMs);
  record("ours_warm", times.totalMs);
  record("ours_warm_first", times.firstMs);
  record("ours_warm_workspace", workspace_ms);
  record("ours_warm_fetch", times.fetchMs);
  record("ours_warm_checkout", times.checkoutMs);
  record("ours_warm_diff", times.diffMs);
  record("ours_warm_process", process_ms);
  record("ours_warm_turn", turn_ms);
  record("ours_warm_overhead", times.overheadMs);
  record("ours_warm_turn_over_raw", turn_ms - rawMs);
  record("ours_warm_rest", times.totalMs - workspace_ms - process_ms - turn_ms);
  record("webhook_202", times.answeredMs);
}
