internal import SluiceCLI

@main
struct Entry {
  static func main() async {
    await SluiceCommand.run()
  }
}
