// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "TwoStreams",
  // The name is needed: without it the package is called after the folder it was cloned into.
  dependencies: [.package(name: "Sluice", path: "../..")],
  targets: [
    .executableTarget(name: "TwoStreams", dependencies: [.product(name: "Sluice", package: "Sluice")])
  ]
)
