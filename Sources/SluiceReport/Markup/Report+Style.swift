extension Report {
  /// The style sheet: one column, colors of enough contrast on light and dark, tables that scroll by themselves.
  static let style: String = """
    :root{--page:#fff;--text:#1b1f24;--quiet:#57606a;--line:#d0d7de;--panel:#f6f8fa;--fill:#2f6fbf;--good:47,111,191;--bad:176,58,20;
    --c0:#0b62a4;--c1:#b3420a;--c2:#0a7a55;--c3:#8a3fa0;--c4:#7a5c00;--c5:#a8326e}
    @media (prefers-color-scheme:dark){:root{--page:#0f1318;--text:#e6e9ee;--quiet:#a3acb8;--line:#39424d;--panel:#171d25;--fill:#5b9bea;--good:91,155,234;--bad:232,120,70;
    --c0:#6cb6ff;--c1:#ff9a5c;--c2:#5fd0a0;--c3:#d29bff;--c4:#e5c04b;--c5:#ff8fc0}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:64rem;padding:1rem 1.25rem 3rem;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
    h1{font-size:1.75rem;line-height:1.2;margin:1rem 0 .5rem}
    h2{font-size:1.25rem;margin:2.25rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--line)}
    p,figure,ul,ol{margin:0 0 1rem}
    .summary{font-size:1.1rem;max-width:46rem}
    nav ol{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;list-style:none}
    a{color:var(--c0)}
    .note{color:var(--quiet);font-size:.875rem}
    .verdict{padding:.6rem .8rem;background:var(--panel);border-left:4px solid var(--fill)}
    .scroll{overflow-x:auto;margin:0 0 1rem;background:linear-gradient(90deg,var(--page) 50%,transparent) 0 0/2rem 100% no-repeat local,linear-gradient(270deg,var(--page) 50%,transparent) 100% 0/2rem 100% no-repeat local,linear-gradient(90deg,rgba(128,136,146,.5),transparent) 0 0/.6rem 100% no-repeat,linear-gradient(270deg,rgba(128,136,146,.5),transparent) 100% 0/.6rem 100% no-repeat}
    table{border-collapse:collapse;font-size:.9rem;min-width:50%}
    caption{text-align:left;padding:0 0 .4rem;color:var(--quiet)}
    caption span{position:sticky;left:0;display:inline-block;max-width:calc(100vw - 2.5rem)}
    th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
    th{font-weight:600}
    tbody th{font-weight:400;min-width:min(10.5rem,40vw);overflow-wrap:anywhere}
    .number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
    td.words{min-width:5rem;overflow-wrap:anywhere}
    td.words:last-child{min-width:9rem}
    .accuracies{width:100%}
    .accuracies tbody th{width:100%}
    .bar{position:relative;height:.9rem;margin:.3rem 0 .2rem;background:var(--panel);outline:1px solid var(--line)}
    .bar.thin{height:.3rem;margin:.1rem 0;min-width:3rem}
    .bar span{position:absolute;top:0;bottom:0}
    .bar .fill{left:0;background:var(--fill)}
    .bar .whisker{top:40%;bottom:40%;background:var(--text);outline:1px solid var(--page)}
    .bar .chance{top:-.25rem;bottom:-.25rem;border-left:2px dashed var(--text)}
    .confusion{min-width:0}
    .confusion td{text-align:center;min-width:2.4rem;font-variant-numeric:tabular-nums;border:1px solid var(--line)}
    .confusion thead td{border:0}
    .confusion thead th{vertical-align:bottom;text-align:center}
    .confusion thead span{writing-mode:vertical-rl;transform:rotate(180deg)}
    .confusion tbody th{white-space:nowrap;min-width:0}
    .confusion .right{background:rgba(var(--good),calc(var(--strength)*.045))}
    .confusion .wrong{background:rgba(var(--bad),calc(var(--strength)*.045))}
    figcaption{font-weight:600;margin-bottom:.4rem}
    .legend{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;padding:0;margin-bottom:.4rem;list-style:none;font-size:.875rem}
    .course{color:var(--quiet);font-variant-numeric:tabular-nums;white-space:nowrap}
    .plot{display:grid;grid-template:auto 16rem 1.6rem auto/calc(var(--gutter)*.62em + .6rem) 1fr;padding-right:1.6rem;font-size:.8125rem;color:var(--quiet);font-variant-numeric:tabular-nums}
    .plot>svg{grid-area:2/2;width:100%;height:100%;overflow:visible}
    .axis-name.y{grid-area:1/1/2/3;padding-bottom:.5rem}
    .axis-name.x{grid-area:4/2;text-align:right;margin-right:-1.2rem}
    .ticks{position:relative}
    .ticks.y{grid-area:2/1}
    .ticks.x{grid-area:3/2}
    .ticks span{position:absolute;white-space:nowrap}
    .ticks.y span{right:.6rem;transform:translateY(-50%)}
    .ticks.x span{top:.3rem;transform:translateX(-50%)}
    .grid{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
    path{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
    .legend svg{color:inherit;vertical-align:middle}
    .curve-0 path,path.curve-0{stroke:var(--c0)}
    .curve-1 path,path.curve-1{stroke:var(--c1)}
    .curve-2 path,path.curve-2{stroke:var(--c2)}
    .curve-3 path,path.curve-3{stroke:var(--c3)}
    .curve-4 path,path.curve-4{stroke:var(--c4)}
    .curve-5 path,path.curve-5{stroke:var(--c5)}
    .dot{stroke-width:7}
    .dash-1 path,path.dash-1{stroke-dasharray:6 4}
    .dash-2 path,path.dash-2{stroke-dasharray:1 5}
    .graph .beside{display:flex;gap:1rem;align-items:flex-start;min-width:min-content}
    .chain>li>.beside{align-items:flex-end}
    .chain{list-style:none;margin:0;padding:0;flex:1 1 11rem}
    .chain>li+li::before{content:"↓";display:block;text-align:center;color:var(--quiet);line-height:1.3}
    .node{border:1px solid var(--line);border-radius:6px;background:var(--panel);padding:.4rem .7rem}
    .node .node{background:var(--page)}
    .node .beside{margin-top:.5rem}
    .node.source,.node.step,.node.fork{border-left:4px solid var(--fill)}
    .types,.details{color:var(--quiet);font-size:.8125rem}
    .details::before{content:"· "}
    .details:empty::before{content:""}
    .command figcaption{font-weight:400;margin-bottom:.2rem}
    .command pre{white-space:pre-wrap;overflow-wrap:anywhere}
    pre{margin:0;padding:.6rem .8rem;overflow-x:auto;background:var(--panel);border:1px solid var(--line);border-radius:6px;font:.8125rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
    details{margin:.75rem 0}
    summary{cursor:pointer}
    details pre{margin-top:.5rem}
    .images{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem 1.5rem;margin-bottom:1rem}
    .images figure{margin:0}
    .images .row{display:flex;gap:.4rem}
    .images .row div{flex:1 1 0;min-width:0;font-size:.75rem;line-height:1.3;color:var(--quiet)}
    .images img{display:block;width:100%;image-rendering:pixelated;border:1px solid var(--line)}
    .images figcaption{font-weight:400;font-size:.875rem;margin-top:.2rem}
    @media (max-width:30rem){body{padding:1rem .9rem 3rem}th,td{padding:.3rem .35rem}.bar.thin{min-width:2rem}.classes{font-size:.8rem}.classes tbody th{min-width:0}}
    @media print{body{max-width:none}.scroll{overflow:visible}}
    """
}
