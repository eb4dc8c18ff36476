import TestSupport
import Testing

/// What no command can do is refused before it begins, with what was found and what is wanted.
@Suite struct ArgumentTests {
  static let refused: [(line: String, sentence: String)] = [
    ("train maskfeat --epochs 0", "--epochs 0: at least 1 is wanted."),
    ("train maskfeat --steps 0", "--steps 0: at least 1 is wanted."),
    ("train maskfeat --threads 0", "--threads 0: at least 1 is wanted."),
    ("train maskfeat --val-every 0", "--val-every 0: at least 1 is wanted."),
    ("train maskfeat --max-failures 2", "--max-failures 2.0: a fraction from 0 to 1 is wanted."),
    ("train maskfeat --precision fp8", "there is no precision fp8; there are fp32 and bf16."),
    ("train maskfeat --set workers=2", "--set workers=2: stage.field=value is wanted, for example decode.workers=2."),
    ("train maskfeat --keep 0", "--keep 0: a number from 1 to 1000000 is wanted."),
    ("train maskfeat --allow-change", "--allow-change goes with --resume."),
    (
      "train maskfeat --checkpoint-every soon",
      "--checkpoint-every soon: a number of steps (500) or a time (90s, 10m, 2h) is wanted."
    ),
    ("train maskfeat --format kinetic", "Did you mean kinetics?"),
    ("graph maskfeat --format yaml", "--format yaml goes with --settings."),
    ("graph maskfeat --settings --format dot", "--settings --format dot: text, yaml or json is wanted."),
    ("graph maskfeat --precision fp8", "there is no precision fp8; there are fp32 and bf16."),
    ("graph maskfeat --max-failures -1", "--max-failures -1"),
    ("graph maskfeat --val-every 0", "--val-every 0: at least 1 is wanted."),
    ("profile maskfeat --steps 0", "--steps 0: at least 1 is wanted."),
    ("profile maskfeat --epochs 0", "--epochs 0: at least 1 is wanted."),
    ("profile maskfeat --threads 0", "--threads 0: at least 1 is wanted."),
    ("profile maskfeat --val-every 0", "--val-every 0: at least 1 is wanted."),
    ("profile maskfeat --max-failures 7", "a fraction from 0 to 1 is wanted."),
    ("profile maskfeat --precision fp8", "there is no precision fp8; there are fp32 and bf16."),
    ("eval vivit --data a --from b --windows 0", "--windows 0: at least 1 is wanted."),
    ("eval vivit --data a --from b --threads 0", "--threads 0: at least 1 is wanted."),
    ("eval vivit --data a --from b --crops four", "--crops four: center or three is wanted."),
    ("eval vivit --data a --from b --weights mean", "“mean”: raw or ema is wanted."),
    ("eval vivit --data a --from b --checkpoint first", "“first”: best or last is wanted."),
    ("predict a.mp4 --from b --windows 0", "--windows 0: at least 1 is wanted."),
    ("predict a.mp4 --from b --crops four", "--crops four: center or three is wanted."),
    ("show attention a.mp4 --from b --share 0", "--share 0.0: more than 0 and at most 1 is wanted."),
    ("demo --labels 0", "--labels 0: at least 1 is wanted."),
    ("demo --draws 0", "--draws 0: at least 1 is wanted."),
    ("demo --threads 0", "--threads 0: at least 1 is wanted."),
    ("synth out --train 0", "--train and --val: at least 1 is wanted."),
    ("synth out --seed=-1", "--seed -1: 0 or more is wanted."),
    ("frames a.mp4", "Say one of --count, --out FOLDER and --raw yuv|rgb."),
    ("frames a.mp4 --count --raw rgb", "Say one of --count, --out FOLDER and --raw yuv|rgb."),
    ("frames a.mp4 --at 3-1 --count", "is no number from 0 and no range like 10-25."),
    ("shards extract set 1 --at x --out o", "is no number from 0 and no range like 10-25."),
    ("preprocess a --out b --max-failures 2", "--max-failures is a share between 0 and 1."),
    ("preprocess a --out b --workers 0", "--workers: 1 to 1024 are possible."),
    ("preprocess a --out b --level 20", "1 to 19 are there. 1 is the fastest, each higher one slower to write."),
    ("preprocess a --out b --frames 0", "a clip keeps at least one."),
    ("preprocess a --out b --fps 0", "above 0 and at most 1000 frames a second are possible."),
    ("preprocess a --out b --shard-size 10", "at least 65536 bytes are needed."),
    ("preprocess a --out b --filter down", "gradient"),
    ("bench decode --skip all", "--skip all: clip, full or index is wanted."),
    ("show attention --from b", "Name at least one video."),
    ("weights diff a b --tolerance=-1", "--tolerance is -1.0; it must not be negative."),
  ]

  @Test(arguments: refused) func wrongArgumentsAreRefusedWithWhatIsWanted(line: String, sentence: String) throws {
    let words = try #require(shellWords(line))
    let complaint = try #require(CommandLineParser.complaint(about: words))
    #expect(complaint.contains(sentence), "\(complaint)")
  }

  /// These say so when they run: what is wrong is known only then.
  @Test(arguments: [
    ("predict a.mp4 --from b --top 0", "--top 0: at least 1 is wanted."),
    ("bench ops --only gem", "there is no group gem; there are"),
    ("bench train --batches 0", "is not a positive number"),
    ("bench train --precisions fp8", "there is no precision fp8; there are fp32 and bf16."),
    ("bench hog", "no corpus: give --corpus FOLDER, or set SLUICE_CORPUS"),
    ("bench hog --corpus /", "/: no manifest.json; is this the folder of a corpus?"),
    ("train maskfaet", "no pipeline is called “maskfaet”. Did you mean maskfeat?"),
    ("train maskfeat", "no data: name a list file with --data, one path or 'path label' on each line."),
    ("train timesformer", "no data: name a list file or shards with --data, 'path label' on each line."),
    ("graph maskfeat --config none.yaml", "none.yaml: the configuration cannot be read. Check the path of --config."),
    ("weights info none.pth", "none.pth"),
    ("shards info none", "there are no shards."),
  ])
  func commandsThatCannotRunSayWhy(line: String, sentence: String) throws {
    let words = try #require(shellWords(line))
    let run = try SluiceProgram.run(words, environment: ["SLUICE_CORPUS": ""])
    #expect(run.status != 0 && run.errors.contains(sentence), "\(run.status): \(run.errors)")
  }
}
