import TestSupport
import Testing

/// What no command can do is refused before it begins, with what was found and what is wanted.
@Suite struct ArgumentTests {
  static let refused: [(line: String, sentence: String)] = [
    (
      "train maskfeat --epochs 0",
      "The value '0' is invalid for '--epochs <epochs>': a whole number from 1 to 1000000000 is wanted."
    ),
    (
      "train maskfeat --steps 0",
      "The value '0' is invalid for '--steps <steps>': a whole number from 1 to 1000000000 is wanted."
    ),
    (
      "train maskfeat --threads 0",
      "The value '0' is invalid for '--threads <threads>': a whole number from 1 to 1024 is wanted."
    ),
    (
      "train maskfeat --val-every 0",
      "The value '0' is invalid for '--val-every <epochs>': a whole number from 1 to 1000000000 is wanted."
    ),
    (
      "train maskfeat --max-failures 2",
      "The value '2' is invalid for '--max-failures <fraction>': a number from 0.0 to 1.0 is wanted."
    ),
    (
      "train maskfeat --precision fp8",
      "The value 'fp8' is invalid for '--precision <precision>': there is no precision fp8; there are fp32 and bf16"
    ),
    ("train maskfeat --set workers=2", "--set workers=2: stage.field=value is wanted, for example decode.workers=2."),
    (
      "train maskfeat --keep 0",
      "The value '0' is invalid for '--keep <count>': a whole number from 1 to 1000000 is wanted."
    ),
    ("train maskfeat --allow-change", "--allow-change goes with --resume."),
    (
      "train maskfeat --checkpoint-every soon",
      "The value 'soon' is invalid for '--checkpoint-every <interval>': a number of steps from 1 to 1000000000 (500), or a time from 1s to 1000000h (90s, 10m, 2h) is wanted."
    ),
    ("train maskfeat --format kinetic", "Did you mean kinetics?"),
    ("graph maskfeat --format yaml", "--format yaml goes with --settings."),
    ("graph maskfeat --settings --format dot", "--settings --format dot: text, yaml or json is wanted."),
    (
      "graph maskfeat --precision fp8",
      "The value 'fp8' is invalid for '--precision <precision>': there is no precision fp8; there are fp32 and bf16"
    ),
    ("graph maskfeat --max-failures -1", "Missing value for '--max-failures <fraction>'"),
    (
      "graph maskfeat --val-every 0",
      "The value '0' is invalid for '--val-every <epochs>': a whole number from 1 to 1000000000 is wanted."
    ),
    (
      "profile maskfeat --steps 0",
      "The value '0' is invalid for '--steps <steps>': a whole number from 1 to 1000000000 is wanted."
    ),
    (
      "profile maskfeat --epochs 0",
      "The value '0' is invalid for '--epochs <epochs>': a whole number from 1 to 1000000000 is wanted."
    ),
    (
      "profile maskfeat --threads 0",
      "The value '0' is invalid for '--threads <threads>': a whole number from 1 to 1024 is wanted."
    ),
    (
      "profile maskfeat --val-every 0",
      "The value '0' is invalid for '--val-every <epochs>': a whole number from 1 to 1000000000 is wanted."
    ),
    (
      "profile maskfeat --max-failures 7",
      "The value '7' is invalid for '--max-failures <fraction>': a number from 0.0 to 1.0 is wanted."
    ),
    (
      "profile maskfeat --precision fp8",
      "The value 'fp8' is invalid for '--precision <precision>': there is no precision fp8; there are fp32 and bf16"
    ),
    (
      "eval vivit --data a --from b --windows 0",
      "The value '0' is invalid for '--windows <windows>': a whole number from 1 to 1000 is wanted."
    ),
    (
      "eval vivit --data a --from b --threads 0",
      "The value '0' is invalid for '--threads <threads>': a whole number from 1 to 1024 is wanted."
    ),
    ("eval vivit --data a --from b --crops four", "--crops four: center, three, five or ten is wanted."),
    ("eval vivit --data a --from b --average mean", "--average mean: score or prob is wanted."),
    ("eval vivit --data a --from b --weights mean", "“mean”: raw or ema is wanted."),
    (
      "graph vivit --dry-run --format json",
      "--dry-run goes with the graph as text. Leave --settings and --format out."
    ),
    ("eval vivit --data a --from b --views all", "“all”: published is wanted."),
    (
      "eval bike --data a --from b --protocol fast",
      "“fast”: general or activitynet or charades or zero-shot or k600 is wanted."
    ),
    (
      "eval vivit --data a --from b --views published --windows 2",
      "--views published says how many windows and crops there are. Leave --windows out."
    ),
    (
      "predict a.mp4 --from b --views published --average prob",
      "--views published says how many windows and crops there are. Leave --average out."
    ),
    (
      "eval vivit --data a --from b --scores s.csv",
      "--scores s.csv: scores are written as safetensors. Name a file that ends in .safetensors."
    ),
    ("eval vivit --data a --from b --checkpoint first", "“first”: best or last is wanted."),
    (
      "predict a.mp4 --from b --windows 0",
      "The value '0' is invalid for '--windows <windows>': a whole number from 1 to 1000 is wanted."
    ),
    (
      "predict a.mp4 --from b --top 0",
      "The value '0' is invalid for '--top <top>': a whole number from 1 to 1000000 is wanted."
    ),
    ("predict a.mp4 --from b --crops four", "--crops four: center, three, five or ten is wanted."),
    (
      "show attention a.mp4 --from b --share 0",
      "The value '0' is invalid for '--share <share>': a number from 1e-06 to 1.0 is wanted."
    ),
    (
      "demo --labels 0", "The value '0' is invalid for '--labels <labels>': a whole number from 1 to 1000000 is wanted."
    ),
    ("demo --draws 0", "The value '0' is invalid for '--draws <draws>': a whole number from 1 to 1000000 is wanted."),
    (
      "demo --threads 0", "The value '0' is invalid for '--threads <threads>': a whole number from 1 to 1024 is wanted."
    ),
    (
      "synth out --train 0",
      "The value '0' is invalid for '--train <train>': a whole number from 1 to 1000000 is wanted."
    ),
    (
      "synth out --captions --images 3",
      "--captions is about videos, and --images writes none. Leave one of them out."
    ),
    ("check a.csv --path-template {videoid", "--path-template {videoid: a brace has no counterpart"),
    ("preprocess a.csv --out b --path-template a.mp4", "--path-template a.mp4: it names no column"),
    ("train maskfeat --data a.csv --path-template {}", "--path-template {}: no name of a column"),
    ("eval vivit --data a.csv --from b --path-template x", "--path-template x: it names no column"),
    ("graph maskfeat --data a.csv --path-template x", "--path-template x: it names no column"),
    ("profile maskfeat --data a.csv --path-template x", "--path-template x: it names no column"),
    (
      "synth out --seed=-1",
      "The value '-1' is invalid for '--seed <seed>': a whole number from 0 to 9223372036854775807 is wanted."
    ),
    ("frames a.mp4", "Say one of --count, --out FOLDER and --raw yuv|rgb."),
    ("frames a.mp4 --count --raw rgb", "Say one of --count, --out FOLDER and --raw yuv|rgb."),
    ("frames a.mp4 --at 3-1 --count", "is no number from 0 and no range like 10-25."),
    ("shards extract set 1 --at x --out o", "is no number from 0 and no range like 10-25."),
    (
      "preprocess a --out b --max-failures 2",
      "The value '2' is invalid for '--max-failures <max-failures>': a number from 0.0 to 1.0 is wanted."
    ),
    (
      "preprocess a --out b --workers 0",
      "The value '0' is invalid for '--workers <workers>': a whole number from 1 to 1024 is wanted."
    ),
    (
      "preprocess a --out b --level 20",
      "The value '20' is invalid for '--level <level>': a whole number from 1 to 19 is wanted."
    ),
    (
      "preprocess a --out b --frames 0",
      "The value '0' is invalid for '--frames <count>': a whole number from 1 to 1000000 is wanted."
    ),
    (
      "preprocess a --out b --fps 0",
      "The value '0' is invalid for '--fps <rate>': a number from 0.001 to 1000.0 is wanted."
    ),
    (
      "preprocess a --out b --shard-size 10",
      "The value '10' is invalid for '--shard-size <size>': a number of bytes from 64KiB to 900TB is wanted, such as 512MiB."
    ),
    ("preprocess a --out b --filter down", "gradient"),
    ("bench decode --skip all", "--skip all: clip, full or index is wanted."),
    ("show attention --from b", "Missing expected argument '<files> ...'"),
    (
      "weights diff a b --tolerance=-1",
      "The value '-1' is invalid for '--tolerance <tolerance>': a number from 0.0 to 1000000000.0 is wanted."
    ),
  ]

  @Test(arguments: refused) func wrongArgumentsAreRefusedWithWhatIsWanted(line: String, sentence: String) throws {
    let words = try #require(shellWords(line))
    let complaint = try #require(CommandLineParser.complaint(about: words))
    #expect(complaint.contains(sentence), "\(complaint)")
  }

  /// These say so when they run: what is wrong is known only then.
  @Test(arguments: [
    ("bench ops --only gem", "there is no group gem; there are"),
    ("bench train --batches 0", "is not a positive number"),
    ("bench train --precisions fp8", "there is no precision fp8; there are fp32 and bf16"),
    ("bench hog", "no corpus: give --corpus FOLDER, or set SLUICE_CORPUS"),
    ("bench hog --corpus /", "/: no manifest.json; is this the folder of a corpus?"),
    ("train maskfaet", "no pipeline is called “maskfaet”. Did you mean maskfeat?"),
    ("train maskfeat", "no data: name a list file with --data, one path or 'path label' on each line."),
    ("train timesformer", "no data: name a list file with --data, one path or 'path label' on each line."),
    (
      "graph maskfeat --config none.yaml",
      "none.yaml: the configuration cannot be read: No such file or directory. Check the path of --config."
    ),
    ("weights info none.pth", "none.pth"),
    ("shards info none", "none: the directory does not exist."),
  ])
  func commandsThatCannotRunSayWhy(line: String, sentence: String) throws {
    let words = try #require(shellWords(line))
    let run = try SluiceProgram.run(words, environment: ["SLUICE_CORPUS": ""])
    #expect(run.status != 0 && run.errors.contains(sentence), "\(run.status): \(run.errors)")
  }
}
