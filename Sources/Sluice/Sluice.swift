@_exported public import SluiceFlow
@_exported public import SluicePlatform
