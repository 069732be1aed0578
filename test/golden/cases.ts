import type { ErrorCode } from "#shared/error.ts";
import type { Finding } from "#shared/review.ts";

/** A diff with planted defects, what a model says of it, and what must come of that. */
export interface Golden {
  readonly name: string;
  /** A file in `diffs/`. */
  readonly diff: string;
  /** What the model answers, message by message. */
  readonly answers: readonly string[];
  readonly leadsTo: Shown | Failed;
}

interface Shown {
  /** Where each finding is shown, worst first: `path:line`, or `-` for no line of the change. */
  readonly shown: readonly string[];
}

interface Failed {
  readonly fails: ErrorCode;
  /** What the error says. */
  readonly because: RegExp;
}

/** All cases. */
export const cases: readonly Golden[] = [
  // Answers as they should be.
  good("typescript-discount", "src/discount.ts", [
    { line: 9, message: "An empty list gives NaN." },
    { line: 5, category: "test", severity: "medium", message: "Nobody tests a percentage." },
  ]),
  good("python-report", "report/export.py", [
    { line: 12, category: "security", severity: "critical", message: "A path runs a command." },
    { line: 5, message: "The default list is shared by all calls." },
  ]),
  good("go-cache", "cache/cache.go", [
    { line: 18, severity: "critical", message: "Set writes without the lock." },
    { line: 8, message: "Nobody counts hits." },
  ]),
  good("rust-parse", "src/frame.rs", [
    { line: 6, severity: "critical", message: "Fewer than four bytes panic." },
    { line: 7, message: "The length is taken on trust." },
  ]),
  good("java-account", "src/main/java/Account.java", [
    { line: 9, severity: "critical", message: "A negative amount adds money." },
    { line: 17, message: "equals without hashCode." },
  ]),
  good("c-copy", "lib/name.c", [
    { line: 13, severity: "critical", category: "security", message: "strcpy overflows name." },
    { line: 12, message: "malloc may return NULL." },
  ]),
  good("php-upload", "public/upload.php", [
    { line: 4, severity: "critical", category: "security", message: "A .php file can be run." },
    { line: 5, category: "security", message: "The name is HTML." },
  ]),
  good("sql-migration", "migrations/002_phone.sql", [
    { line: 1, severity: "critical", message: "NOT NULL fails on rows that are there." },
  ]),
  good("workflow-injection", ".github/workflows/label.yml", [
    { line: 10, severity: "critical", category: "security", message: "The title is a script." },
    { line: 9, category: "security", message: "Untrusted code with a token." },
  ]),
  good("docker-image", "Dockerfile", [
    { line: 3, category: "security", message: "A key in the image." },
    { line: 1, severity: "medium", category: "reliability", message: "latest changes." },
  ]),
  good("no-newline", "config/limits.ini", [{ line: 2, message: "A size below zero." }]),
  { ...good("two-hunks", "src/list.js", []), name: "no findings" },

  // Places.
  {
    ...good("two-hunks", "src/list.js", [
      { line: 5, message: "Infinity." },
      { line: 8, message: "Off by three, in the first hunk." },
      { line: 47, message: "Off by three, in the second." },
      { line: 30, message: "Between both." },
      { line: 4000, message: "Beyond the end." },
      { line: null, message: "The file as a whole." },
    ]),
    name: "anchors that are off by some lines, or by many",
    leadsTo: { shown: ["src/list.js:5", "src/list.js:5", "src/list.js:50", "-", "-", "-"] },
  },
  {
    ...good("ruby-search", "app/models/order.rb", [
      { line: 5, severity: "critical", category: "security", message: "SQL by hand." },
      { file: "app/controllers/orders_controller.rb", line: 4, message: "One query each." },
      { file: "app/models/customer.rb", line: 3, message: "Not in the diff." },
      { file: "../../etc/passwd", line: 1, message: "Not in the repository." },
      { file: "b/app/models/order.rb", line: 5, message: "Not its name." },
    ]),
    name: "files that are not in the diff",
    leadsTo: {
      shown: ["app/models/order.rb:5", "app/controllers/orders_controller.rb:4", "-", "-", "-"],
    },
  },
  {
    ...good("shell-deploy", "scripts/deploy.sh", [
      { line: 4, severity: "critical", message: "An empty PREFIX removes /releases." },
      { file: "deploy.sh", line: 3, message: "By the name of before." },
    ]),
    name: "a file that was renamed",
    leadsTo: { shown: ["scripts/deploy.sh:4", "-"] },
  },
  {
    ...good("kotlin-many-files", "app/Main.kt", [
      { line: 3, severity: "critical", message: "!! throws." },
      { file: "app/Größe mit Abstand.kt", line: 1, message: "Divides by zero." },
      { file: "app/Old.kt", line: 1, message: "Deleted." },
      { file: "logo.png", line: 1, message: "Binary." },
      { file: "package-lock.json", line: 2, message: "Excluded, and yet in the change." },
    ]),
    name: "names that git quotes, and files that have no lines to show",
    leadsTo: {
      shown: ["app/Main.kt:3", "app/Größe mit Abstand.kt:1", "-", "-", "package-lock.json:2"],
    },
  },
  {
    ...good("go-cache", "cache/cache.go", [
      { line: 18, message: "Set writes without the lock." },
      { line: 18, message: "Set writes without the lock." },
    ]),
    name: "the same finding twice",
    leadsTo: { shown: ["cache/cache.go:18", "cache/cache.go:18"] },
  },

  // Answers with something around them.
  {
    ...good("c-copy", "lib/name.c", []),
    name: "prose around the block, and a draft before it",
    answers: [
      `I looked.\n\n${fenced(json([at("lib/name.c", 1)]))}\n\nNo, better:\n${fenced(json([at("lib/name.c", 13)]))}\nThat is all.`,
    ],
    leadsTo: { shown: ["lib/name.c:13"] },
  },
  {
    ...good("c-copy", "lib/name.c", []),
    name: "fences in a suggestion",
    answers: [fenced(json([{ ...at("lib/name.c", 13), suggestion: "```c\nstrlcpy();\n```\n" }]))],
    leadsTo: { shown: ["lib/name.c:13"] },
  },
  {
    ...good("injection-in-diff", "src/login.ts", [
      { line: 7, severity: "critical", category: "security", message: "root needs no check." },
    ]),
    name: "a diff that gives orders",
  },
  {
    ...good("typescript-discount", "src/discount.ts", []),
    name: "fields that nobody asked for",
    answers: [fenced(JSON.stringify({ ...JSON.parse(json([])), verdict: "approved" }))],
    leadsTo: { shown: [] },
  },
  {
    ...good("go-cache", "cache/cache.go", []),
    name: "as many findings as there may be, and long ones",
    answers: [
      fenced(
        json(
          Array.from({ length: 200 }, () => ({
            ...at("cache/cache.go", 18),
            message: "long ".repeat(1000),
          })),
        ),
      ),
    ],
    leadsTo: { shown: Array.from({ length: 200 }, () => "cache/cache.go:18") },
  },

  // Answers that can't be used: asked once more, then a failure.
  {
    ...good("java-account", "src/main/java/Account.java", []),
    name: "prose around JSON without a block, mended when asked",
    answers: [
      `Here it is: ${json([])} That is all.`,
      fenced(json([at("src/main/java/Account.java", 9)])),
    ],
    leadsTo: { shown: ["src/main/java/Account.java:9"] },
  },
  unreadable("prose alone", "Looks good to me!", /asked twice: it is not JSON/),
  unreadable("nothing", "", /asked twice: it is not JSON/),
  unreadable("JSON that is cut off", fenced(json([at("a", 1)]).slice(0, -20)), /not JSON/),
  unreadable("a list", fenced("[]"), /asked twice/),
  unreadable("no summary", fenced('{"findings": []}'), /schema \(.*summary/),
  unreadable("an empty summary", fenced('{"summary": "", "findings": []}'), /schema \(.*summary/),
  unreadable("a line in words", odd({ line: "12" }), /schema \(.*line/),
  unreadable("line 0", odd({ line: 0 }), /schema \(.*line/),
  unreadable("half a line", odd({ line: 1.5 }), /schema \(.*line/),
  unreadable("a severity of its own", odd({ severity: "blocker" }), /schema \(.*severity/),
  unreadable("no message", odd({ message: undefined }), /schema \(.*message/),
  unreadable("no file", odd({ file: "" }), /schema \(.*file/),
  unreadable(
    "more findings than there may be",
    fenced(json(Array.from({ length: 201 }, () => at("a", 1)))),
    /schema \(.*findings/,
  ),
];

/** An answer as it should be: each finding at its own line. */
function good(diff: string, file: string, findings: readonly Partial<Finding>[]): Golden {
  const whole = findings.map((finding) => ({ ...at(file, 1), ...finding }));
  return {
    name: diff,
    diff,
    answers: [`I looked at it.\n\n${fenced(json(whole))}`],
    leadsTo: { shown: whole.map(({ file, line }) => `${file}:${line}`) },
  };
}

/** An answer that is no better the second time. */
function unreadable(name: string, answer: string, because: RegExp): Golden {
  const leadsTo = { fails: "review_unparsable", because } as const;
  return { name, diff: "go-cache", answers: [answer, answer], leadsTo };
}

function at(file: string, line: number): Finding {
  return { severity: "high", category: "bug", file, line, message: "Wrong.", suggestion: null };
}

function odd(fields: object): string {
  return fenced(json([{ ...at("cache/cache.go", 18), ...fields }]));
}

function json(findings: readonly object[]): string {
  return JSON.stringify({ summary: "What it does.", findings }, null, 2);
}

function fenced(content: string): string {
  return `\`\`\`json\n${content}\n\`\`\``;
}
