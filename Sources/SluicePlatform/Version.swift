/// The version of Sluice; `CHANGELOG.md` says what is in it.
package let sluiceVersion: String = "0.1.0"
