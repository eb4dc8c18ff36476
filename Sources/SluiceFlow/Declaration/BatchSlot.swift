/// Where an element will stand in a batch, if no element before it fails from here on.
///
/// Behind one that fails the elements of its batch stand elsewhere; those of the batches behind do not. A worker may write
/// its output into memory that the elements of the batch share, see ``room``, and whoever puts the batch together copies
/// those that stand elsewhere.
public struct BatchSlot: Sendable {
  /// The number of the batch among those of this run, which begins anew with 0 when a run is resumed.
  public let batch: Int
  /// The index inside the batch, `0 ..< size`.
  public let index: Int
  /// Elements of a whole batch.
  public let size: Int
  /// What the elements of the batch share at this stage; no two elements have the same slot.
  public let room: BatchRoom

  public init(batch: Int, index: Int, size: Int, room: BatchRoom = BatchRoom()) {
    self.batch = batch
    self.index = index
    self.size = size
    self.room = room
  }
}
