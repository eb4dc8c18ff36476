import SluicePlatform
import Testing

@Suite struct MachineMemoryTests {
  @Test func theMachineIsReadAsTheSystemSaysIt() {
    let text = """
      MemTotal:       24609312 kB
      MemFree:         1209376 kB
      MemAvailable:   23040000 kB
      SwapTotal:       1048576 kB
      SwapFree:         524288 kB
      """
    let memory = MachineMemory.machine(text)
    #expect(memory == MachineMemory(total: (24_609_312 + 1_048_576) * 1024, available: (23_040_000 + 524_288) * 1024))
    for odd in [
      "", "MemTotal: 5 kB", "MemTotal: x kB\nMemAvailable: 1 kB",
      "MemTotal: 9223372036854775807 kB\nMemAvailable: 1 kB",
    ] {
      #expect(MachineMemory.machine(odd) == nil)
    }
  }

  @Test func thereIsMemoryAndNotMoreThanThereIs() {
    let memory = MachineMemory.current
    #expect(memory.available > 0 && memory.available <= memory.total)
  }

  @Test func numbersOutsideOfARangeAreRefusedWithIt() {
    let range = NumberRange(1...1024)
    #expect((try? range.read("1")) == 1 && (try? range.read("1024")) == 1024)
    for text in ["0", "1025", "-1", "1.5", "9223372036854775808", "1e3", "", " 5", "nan"] {
      let error = #expect(throws: NumberRangeError.self) { try range.read(text) }
      #expect(error?.description == "a whole number from 1 to 1024 is wanted.")
    }
    for text in ["nan", "-0.5", "1.5", "inf", "x"] {
      #expect(throws: NumberRangeError("a number from 0.0 to 1.0 is wanted.")) { try NumberRange.share.read(text) }
    }
  }
}
