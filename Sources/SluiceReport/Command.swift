/// A command to be typed, and what it does.
public struct Command: Sendable {
  public var text: String
  public var purpose: String

  public init(_ text: String, purpose: String = "") {
    self.text = text
    self.purpose = purpose
  }

  /// A program and its arguments, as a shell takes them.
  public init(words: [String]) {
    self.init(words.map(Command.quoted).joined(separator: " "))
  }

  /// The command line of this process, as a shell would take it again.
  ///
  /// The program stands without its folder; `sluice` itself as the script that builds it.
  public static var current: Command {
    var words = CommandLine.arguments
    if let program = words.first?.split(separator: "/").last {
      words[0] = program == "sluice" ? "./sluice" : "\(program)"
    }
    return Command(words: words)
  }

  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy { scalar in
        "0"..."9" ~= scalar || "a"..."z" ~= scalar || "A"..."Z" ~= scalar
          || "_-./=:,+@%".unicodeScalars.contains(scalar)
      }
    guard !isPlain else { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
