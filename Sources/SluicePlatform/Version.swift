/// The version of Sluice; `CHANGELOG.md` says what is in it.
public enum SluiceVersion {
  /// As `sluice --version` prints it.
  public static let text: String = "0.1.0"
}
