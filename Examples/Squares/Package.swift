// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Squares",
  // The name is needed: without it the package is called after the folder it was cloned into.
  dependencies: [.package(name: "Sluice", path: "../..")],
  targets: [
    .executableTarget(name: "Squares", dependencies: [.product(name: "Sluice", package: "Sluice")])
  ]
)
