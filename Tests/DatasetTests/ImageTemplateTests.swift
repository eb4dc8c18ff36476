import SluiceDatasets
import Testing

/// Names of images after the numbers of their frames.
@Suite struct ImageTemplateTests {
  @Test(arguments: [
    ("img_{:05d}.jpg", 7, "img_00007.jpg"), ("image_{:04d}.jpg", 12345, "image_12345.jpg"),
    ("image_{:06d}.jpg", 300, "image_000300.jpg"), ("{}-{:06d}.jpg", 1, "46GP8-000001.jpg"),
    ("{:s}_{:d}.png", 10, "46GP8_10.png"), ("{}.jpg", 3, "3.jpg"), ("a{{b}}{:02d}c.jpg", 4, "a{b}04c.jpg"),
    ("{:03d}", 9, "009"),
  ])
  func aNameAndItsNumberBelongTogether(text: String, number: Int, name: String) throws {
    let template = try ImageTemplate(text)
    for folder in ["frames/46GP8", "46GP8", "frames//46GP8/"] {
      #expect(template.name(of: number, in: folder) == name)
      #expect(template.number(of: name, in: folder) == number)
    }
  }

  @Test func otherFilesHaveNoNumber() throws {
    let template = try ImageTemplate("img_{:05d}.jpg")
    for name in [
      "img_7.jpg", "img_0000007.jpg", "img_00007.png", "img_00007.jpg~", "flow_00007.jpg", "img_.jpg", "img_+0007.jpg",
      "img_-0007.jpg", "img_0000a.jpg", "img_00007", "", "img_99999999999999999999999.jpg",
    ] {
      #expect(template.number(of: name, in: "x") == nil, "\(name)")
    }
    #expect(template.number(of: "img_123456.jpg", in: "x") == 123_456)
    #expect(try ImageTemplate("{}-{:06d}.jpg").number(of: "other-000001.jpg", in: "46GP8") == nil)
  }

  @Test func everyNumberIsFoundAgainInItsName() throws {
    for text in ["img_{:05d}.jpg", "{}-{:d}.jpg", "7{:03d}7.jpg"] {
      let template = try ImageTemplate(text)
      for number in [0, 1, 9, 10, 99, 100, 999, 1000, 99_999, 100_000, 12_345_678] {
        let name = template.name(of: number, in: "12")
        #expect(template.number(of: name, in: "12") == number, "\(name)")
      }
    }
  }

  static let broken: [(text: String, sentence: String)] = [
    ("img.jpg", "it has no number, and every frame would be the same image; wanted: one such as img_{:05d}.jpg"),
    ("{}{}{:05d}", "it has 3 fields; wanted: the number, or the folder's name and the number"),
    ("{:05d}-{:05d}.jpg", "its first field is {:05d}; the name of the folder is {}"),
    ("img_{:5d}.jpg", "{:5d} is no number of a frame; wanted: {:05d}, {:d} or {}"),
    ("img_{name}.jpg", "{name} is no number of a frame"), ("img_{:00d}.jpg", "{:00d} is no number of a frame"),
    ("img/{:05d}.jpg", "it holds a slash; wanted: the name of a file in the folder"),
    ("img_{:05d.jpg", "a brace has no counterpart; wanted: one such as {:05d}"),
    ("img_:05d}.jpg", "“img_:05d}.jpg”: a brace has no counterpart; wanted"),
  ]

  @Test(arguments: broken) func aTemplateOfAnotherFormIsRefused(text: String, sentence: String) throws {
    let error = try #require(throws: ImageTemplateError.self) { try ImageTemplate(text) }
    #expect(error.description.contains(sentence), "\(error)")
    #expect(error.description.hasPrefix("the template “\(text)”: "))
  }

  @Test func aTemplateIsForFolders() throws {
    let files = Files()
    let template = try ImageTemplate("img_{:05d}.jpg")
    try files.write([1], "dog/img_00001.jpg")
    try files.write([1], "v.mp4")
    let folders = try DatasetList(
      contentsOf: files.write("dog 1 0\n", "f.txt"), root: files.path, imageTemplate: template)
    #expect(folders.items.map(\.imageTemplate) == [template])
    let error = try #require(throws: DatasetListError.self) {
      try DatasetList(contentsOf: files.write("v.mp4 0\n", "v.txt"), root: files.path, imageTemplate: template)
    }
    #expect(
      error.line == 1
        && error.reason
          == "\(files("v.mp4")) is a file, and the template “img_{:05d}.jpg” names the images of folders. Leave "
          + "--image-template out"
    )
  }
}
