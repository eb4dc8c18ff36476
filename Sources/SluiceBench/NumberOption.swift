package import ArgumentParser
package import SluicePlatform

/// Numbers as options: read within a range, with their default in the help.
extension Option where Value: Comparable & LosslessStringConvertible & Sendable {
  package init(wrappedValue: Value, help: ArgumentHelp, in range: NumberRange<Value>) {
    var help = help
    help.abstract += " (default: \(wrappedValue))"
    self.init(wrappedValue: wrappedValue, help: help, transform: range.read)
  }
}

extension Option {
  /// A number that need not be given.
  package init<Number>(help: ArgumentHelp, in range: NumberRange<Number>) where Value == Number? {
    self.init(help: help, transform: range.read)
  }
}
