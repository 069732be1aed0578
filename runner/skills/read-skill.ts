import { readFile } from "node:fs/promises";
import { closest } from "fastest-levenshtein";
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import type * as z from "zod";
import { CicdError, reasonOf } from "#shared/error.ts";
import { sha256Hex } from "#shared/sha256.ts";
import { FrontMatter, type Skill } from "./skill.ts";

/** A longer one would crowd the pull request out. */
const longestFile = 64 * 1024;

/**
 * Reads a `SKILL.md`: front matter in YAML between two lines of `---`, then the instructions.
 * @throws CicdError `config_invalid` that names the file, the line and what is wrong there.
 */
export async function readSkill(path: string, folder: string): Promise<Skill> {
  const text = await read(path);
  const { yaml, body } = split(path, text);
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  // The first line of the file is the one before.
  const lineOf = (offset = 0) => lines.linePos(offset).line + 1;
  const [problem] = document.errors;
  if (problem !== undefined) throw invalid(path, lineOf(problem.pos[0]), problem.message);
  const parsed = FrontMatter.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(path, lineOf(issue && offsetOf(document, issue)), issue && told(issue));
  }
  const { "allowed-tools": tools, ...front } = parsed.data;
  if (front.name !== folder) {
    const line = lineOf(startOf(document.getIn(["name"], true)));
    throw invalid(path, line, `name: must be that of its folder, ${folder}, got ${front.name}`);
  }
  if (front.output !== "diagnosis" && !front.inputs.includes("change")) {
    const line = lineOf(startOf(document.getIn(["inputs"], true)));
    throw invalid(path, line, `inputs: must have change for the output ${front.output}`);
  }
  const instructions = body.trim();
  if (instructions === "") throw invalid(path, undefined, "there are no instructions below it");
  const hash = sha256Hex(text);
  return { ...front, tools, instructions, hash, path };
}

async function read(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.length <= longestFile) return text.replaceAll("\r\n", "\n");
  } catch (cause) {
    const why = reasonOf(cause);
    throw new CicdError("config_invalid", `Cannot read skill: ${why}`, {
      cause,
      hint: "Each folder below skills.dir is a skill and holds a SKILL.md",
    });
  }
  throw invalid(path, undefined, `it is longer than ${longestFile} characters`);
}

function split(path: string, text: string): { yaml: string; body: string } {
  const [, yaml, body] = /^---[ \t]*\n(.*?\n|)---[ \t]*(?:\n(.*))?$/s.exec(text) ?? [];
  if (yaml !== undefined) return { yaml, body: body ?? "" };
  throw invalid(path, 1, "it must begin with front matter between two lines of ---");
}

/** Where in the YAML a problem is: at its value, else at what should hold it. */
function offsetOf(document: Document, issue: z.core.$ZodIssue): number | undefined {
  if (issue.code === "unrecognized_keys") {
    const at = issue.path.length === 0 ? document.contents : document.getIn(issue.path, true);
    const keys = isMap(at) ? at.items.map(({ key }) => key) : [];
    return startOf(keys.find((key) => isScalar(key) && key.value === issue.keys[0]));
  }
  for (let length = issue.path.length; length > 0; length -= 1) {
    const offset = startOf(document.getIn(issue.path.slice(0, length), true));
    if (offset !== undefined) return offset;
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? rangeOf(node)?.[0] : undefined;
}

function rangeOf({ range }: Node) {
  return range;
}

function told(issue: z.core.$ZodIssue): string {
  const path = issue.path.join(".");
  if (issue.code !== "unrecognized_keys") return `${path}: ${issue.message}`;
  const known = path === "budgets" ? ["usd", "tokens", "turns", "time"] : topKeys;
  const [key = ""] = issue.keys;
  const where = path === "" ? key : `${path}.${key}`;
  return `${where}: unknown key; did you mean ${closest(key, known)}?`;
}

const topKeys = Object.keys(FrontMatter.shape);

function invalid(path: string, line: number | undefined, why = "it is invalid"): CicdError {
  const where = line === undefined ? path : `${path}, line ${line}`;
  return new CicdError("config_invalid", `Cannot read skill ${where}: ${why}`, {
    hint: "docs/skills.md tells what the front matter holds",
  });
}
