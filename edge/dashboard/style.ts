/** The style of the dashboard, dark and light as the system says. */
export const style = `:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #101216);
  --card: light-dark(#ffffff, #181b21);
  --line: light-dark(#e2e5ea, #2a2f38);
  --text: light-dark(#1b1f26, #e4e7ec);
  --quiet: light-dark(#5a6472, #9aa4b2);
  --link: light-dark(#2451b8, #8fb4ff);
  --main: light-dark(#2451b8, #3d6bd8);
  --good: light-dark(#146c43, #6fd3a0);
  --bad: light-dark(#b3261e, #ff9b93);
  --wait: light-dark(#7a5200, #f0c060);
  --busy: light-dark(#2451b8, #8fb4ff);
  --s-wait: light-dark(#8a93a1, #6d7684);
  --s-fetch: light-dark(#0f8a8a, #3fb8b0);
  --s-start: light-dark(#b7791f, #d9a441);
  --s-turn: light-dark(#3d63d2, #7096f5);
  --s-ask: light-dark(#b4439a, #dd7cc4);
  --s-publish: light-dark(#2e8b57, #57b884);
  --s-bad: light-dark(#c5443b, #e8746b);
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums }
a { color: var(--link); text-decoration: none }
p a, a:hover { text-decoration: underline }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px }
main:focus { outline: none }
a, b, code { unicode-bidi: isolate }
code, pre, .log { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace }
pre { margin: .4rem 0; padding: .5rem .7rem; background: var(--page); border: 1px solid var(--line); border-radius: 6px; overflow: auto; max-height: 16rem; white-space: pre-wrap; overflow-wrap: anywhere }
.unseen:not(thead):not(:focus), thead.unseen th { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.skip { position: absolute; left: -9999px }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .8rem; z-index: 2 }
.quiet { color: var(--quiet) }
.bad { color: var(--bad) }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem 1.5rem; padding: .5rem 1.5rem; background: var(--card); border-bottom: 1px solid var(--line) }
.brand { font-weight: 650; color: var(--text); display: flex; align-items: center; gap: .5rem }
.mark { width: .8rem; height: .8rem; border-radius: 3px; background: var(--main); box-shadow: .25rem .25rem 0 -.05rem var(--s-fetch) }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem; list-style: none; margin: 0; padding: 0 }
nav a { display: block; padding: .3rem .7rem; border-radius: 6px; color: var(--quiet) }
nav a[aria-current] { background: var(--page); color: var(--text); font-weight: 550 }
.who { margin-left: auto; display: flex; align-items: center; gap: .8rem }
main { max-width: 76rem; margin: 0 auto; padding: 1rem 1.5rem 3rem }
h1 { font-size: 1.3rem; font-weight: 620; margin: .3rem 0 .9rem; overflow-wrap: anywhere }
.titled { display: flex; align-items: start; justify-content: space-between }
h2 { font-size: .95rem; font-weight: 600; margin: 0 0 .6rem; display: flex; flex-wrap: wrap; gap: .3rem 1rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1.1rem; margin: 0 0 1rem; min-width: 0 }
.card > :last-child, .card p:last-child { margin-bottom: 0 }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); column-gap: 1rem }
.figures { display: grid; grid-template-columns: repeat(8, 1fr); gap: 1px; margin: 0 0 1rem; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden }
.figures div { background: var(--card); padding: .6rem .9rem }
.figures dt { color: var(--quiet); font-size: .8rem }
.figures dd { margin: 0 }
.figures strong { display: block; font-size: 1.25rem; font-weight: 600; line-height: 1.5 }
.figures .quiet { font-size: .8rem }
.figures .badge { font-size: .85rem }
.problems { color: var(--wait); padding-left: 2.2rem }
.hosts { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin: 0 0 1rem }
.badge { display: inline-block; padding: 0 .5rem; border-radius: 99px; font-size: .82rem; font-weight: 550; line-height: 1.55; border: 1px solid; color: var(--quiet) }
.badge.good { color: var(--good) } .badge.bad { color: var(--bad) } .badge.wait { color: var(--wait) } .badge.busy { color: var(--busy) }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 500; color: var(--quiet); font-size: .82rem }
th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: middle }
tbody tr:last-child > * { border-bottom: 0 }
th:last-child, td:last-child { padding-right: 0 }
.number { text-align: right; white-space: nowrap }
td.title { min-width: 12rem; max-width: 26rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.memory { white-space: nowrap }
button, select, input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .25rem .8rem }
button { cursor: pointer; background: var(--page) }
button:hover { border-color: var(--quiet) }
button.main { background: var(--main); border-color: var(--main); color: #fff }
button.plain { border: 0; background: none; color: var(--link); padding: 0 }
.filter { display: flex; align-items: center; gap: .6rem; margin-bottom: 1rem }
.sign-in { display: grid; gap: .6rem; max-width: 26rem }
.sign-in p { margin: 0 }
.sign-in button { justify-self: start }
.facts { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem 1.1rem; margin: -.4rem 0 1rem }
.facts form { margin-left: auto }
.asks { border-color: var(--s-ask) }
.ask p { margin: 0 } .ask form { display: flex; gap: .5rem }
.ask + .ask { margin-top: .8rem; padding-top: .8rem; border-top: 1px solid var(--line) }
.said { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0 .5rem }
.findings { list-style: none; margin: 0; padding: 0 }
.findings li { padding: .5rem 0; border-top: 1px solid var(--line) }
.chart th, .chart td { border: 0; padding: .12rem .8rem .12rem 0 }
.chart th { color: var(--text); width: 7.5rem; font-size: inherit; white-space: nowrap }
.chart.named th { width: auto; max-width: 11rem; overflow: hidden; text-overflow: ellipsis }
.chart .plot { width: 100% } .chart.named .plot { width: 55% }
.strip { display: block; background: var(--page); border-radius: 3px }
.axis { display: flex; justify-content: space-between; color: var(--quiet); font-size: .78rem }
.legend { text-align: left; color: var(--quiet); font-size: .8rem; font-weight: 400; padding-bottom: .3rem }
.key { margin-right: .9rem; white-space: nowrap }
.dot { display: inline-block; width: .6rem; height: .6rem; border-radius: 2px; margin-right: .35rem }
.days { margin: 0 } .days svg { display: block; overflow: visible }
.days figcaption { display: flex; justify-content: space-between; color: var(--quiet); font-size: .78rem; padding-top: .3rem }
line.ground { stroke: var(--line) } rect.ground { fill: var(--line) }
.s-wait { fill: var(--s-wait); background: var(--s-wait) } .s-fetch { fill: var(--s-fetch); background: var(--s-fetch) }
.s-start { fill: var(--s-start); background: var(--s-start) } .s-turn { fill: var(--s-turn); background: var(--s-turn) }
.s-ask { fill: var(--s-ask) } .s-publish { fill: var(--s-publish) } .s-pause { fill: var(--s-wait) }
.t-succeeded { fill: var(--s-publish); background: var(--s-publish) } .t-failed { fill: var(--s-bad); background: var(--s-bad) } .t-other { fill: var(--s-wait); background: var(--s-wait) }
.scroll { max-height: 32rem; overflow: auto; background: var(--page); border: 1px solid var(--line); border-radius: 6px }
.log { list-style: none; margin: 0; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere }
.log code { font: inherit }
.log .step, .log .result, .log .thinks { color: var(--quiet) }
.log .thinks { font-style: italic }
.log .bad { color: var(--bad) }
.log .says { font: 14px/1.5 system-ui, sans-serif; padding: .3rem 0 }
.log .tool b { color: var(--link) }
.log .result { padding-left: 1.2rem; max-height: 6.2rem; overflow: hidden }
@media (prefers-reduced-motion: no-preference) {
  .open { animation: going 1.6s ease-in-out infinite alternate }
  @keyframes going { to { opacity: .55 } }
}
@media (max-width: 66rem) { .figures { grid-template-columns: repeat(4, 1fr) } }
@media (max-width: 40rem) { .figures { grid-template-columns: repeat(2, 1fr) } main, .top { padding-left: .9rem; padding-right: .9rem } .who { margin-left: 0 } }
`;

/** The mark of the dashboard, for tabs. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="4" y="4" width="11" height="11" rx="3" fill="#3fb8b0"/><rect x="1" y="1" width="11" height="11" rx="3" fill="#3d63d2"/></svg>
`;
