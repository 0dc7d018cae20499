/// Which way bytes go through a ``CuttingProxy``.
public enum CuttingProxyDirection: String, Sendable, Hashable, CaseIterable {
    case toServer, toClient
}

/// A byte of a conversation with the server: the place where it is to break.
///
/// Named by message, because times and process numbers make the messages
/// before it a few bytes longer or shorter from run to run.
public struct CuttingProxyPoint: Sendable, Hashable, CustomStringConvertible {
    public var direction: CuttingProxyDirection
    /// The message's number in this direction, from 0, over all connections.
    public var message: Int
    /// How many of the message's bytes still pass; all of them when it is shorter.
    public var byte: Int

    public init(_ direction: CuttingProxyDirection, message: Int, byte: Int) {
        self.direction = direction
        self.message = message
        self.byte = byte
    }

    public var description: String { "\(direction) message \(message), byte \(byte)" }
}

/// A message that went through a ``CuttingProxy``.
public struct CuttingProxyMessage: Sendable, Hashable {
    public var direction: CuttingProxyDirection
    /// The type's letter; `nil` for the start-up packet.
    public var type: Character?
    /// In bytes, with the header.
    public var length: Int
}
