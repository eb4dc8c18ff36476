import SluiceTensor
import Testing

/// Tokens in another order, with some left out and zeros between.
@Suite struct TokenMapTests {
  private let map = TokenMap([2, nil, 0, 4, nil], sourceCount: 5)

  @Test func tokensStandWhereTheMapSays() {
    let tokens = random([3, 5, 4])
    let found = tokens.rearranged(by: map)
    #expect(found.shape == [3, 5, 4])
    for sample in 0..<3 {
      for (target, source) in [2, nil, 0, 4, nil].enumerated() {
        for channel in 0..<4 {
          let wanted = source.map { tokens.floats[(sample * 5 + $0) * 4 + channel] } ?? 0
          #expect(found.floats[(sample * 5 + target) * 4 + channel] == wanted)
        }
      }
    }
  }

  @Test func theInverseBringsBackWhatWasTaken() {
    let tokens = random([2, 5, 3])
    let back = tokens.rearranged(by: map).rearranged(by: map.inverse)
    for (token, isThere) in [true, false, true, false, true].enumerated() {
      for sample in 0..<2 {
        let own = tokens.slice(token..<token + 1, axis: 1).slice(sample..<sample + 1, axis: 0).floats
        let found = back.slice(token..<token + 1, axis: 1).slice(sample..<sample + 1, axis: 0).floats
        #expect(found == (isThere ? own : [0, 0, 0]))
      }
    }
  }

  @Test func gradientsGoTheWayBack() {
    checkGradients(of: [random([2, 5, 3])]) { $0[0].rearranged(by: map) }
  }
}
