import CPgQuery

/// Visits the nodes of a parse tree, whatever they are, by protobuf-c's own descriptions of the
/// messages.
enum TreeWalk {
    /// Calls `visit` with every node below and with `node` itself, outer ones first.
    static func nodes(below node: NodePointer, _ visit: (NodePointer) -> Void) {
        // The root is a node itself, so its description is that of all nodes.
        message(UnsafeRawPointer(node), nodesAre: node.pointee.base.descriptor, visit)
    }

    /// The functions that an expression calls, by the names it gives them.
    static func functions(in node: NodePointer) -> [ObjectName] {
        var names: [ObjectName] = []
        nodes(below: node) { node in
            guard node.pointee.node_case == PG_QUERY__NODE__NODE_FUNC_CALL,
                let call = node.pointee.func_call?.pointee,
                let name = ObjectName(SQLAnalysis.nodes(call.n_funcname, call.funcname))
            else { return }
            names.append(name)
        }
        return names
    }

    /// The columns that an expression reads, in order.
    static func columns(in node: NodePointer) -> [String] {
        var names: [String] = []
        nodes(below: node) { node in
            if let name = column(node), !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The column that a node is; nil for other nodes.
    static func column(_ node: NodePointer) -> String? {
        guard node.pointee.node_case == PG_QUERY__NODE__NODE_COLUMN_REF,
            let reference = node.pointee.column_ref?.pointee
        else { return nil }
        return SQLAnalysis.nodes(reference.n_fields, reference.fields).last?.name
    }

    private static func message(
        _ message: UnsafeRawPointer,
        nodesAre nodeDescriptor: UnsafePointer<ProtobufCMessageDescriptor>?,
        _ visit: (NodePointer) -> Void
    ) {
        guard
            let descriptor = message.assumingMemoryBound(to: ProtobufCMessage.self).pointee
                .descriptor
        else { return }
        if descriptor == nodeDescriptor {
            visit(
                UnsafeMutableRawPointer(mutating: message).assumingMemoryBound(
                    to: PgQuery__Node.self))
        }
        for index in 0..<Int(descriptor.pointee.n_fields) {
            guard let field = descriptor.pointee.fields?[index],
                field.type == PROTOBUF_C_TYPE_MESSAGE
            else { continue }
            for child in children(of: message, field) {
                self.message(child, nodesAre: nodeDescriptor, visit)
            }
        }
    }

    private static func children(
        of message: UnsafeRawPointer, _ field: ProtobufCFieldDescriptor
    ) -> [UnsafeRawPointer] {
        let quantifier = message + Int(field.quantifier_offset)
        if field.label == PROTOBUF_C_LABEL_REPEATED {
            let count = quantifier.load(as: Int.self)
            guard count > 0,
                let list = (message + Int(field.offset)).load(as: UnsafeRawPointer?.self)
            else { return [] }
            return (0..<count).compactMap {
                list.load(
                    fromByteOffset: $0 * MemoryLayout<UnsafeRawPointer>.stride,
                    as: UnsafeRawPointer?.self)
            }
        }
        // Only one member of a oneof is set; its number stands in front.
        if field.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0,
            quantifier.load(as: UInt32.self) != field.id
        {
            return []
        }
        return (message + Int(field.offset)).load(as: UnsafeRawPointer?.self).map { [$0] } ?? []
    }
}
