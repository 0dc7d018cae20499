import CPgQuery

/// The text of a constant: a string's content, a number's digits, `true` or `false`; nil where
/// the node is none.
func constant(_ node: NodePointer) -> String? {
    guard node.pointee.node_case == PG_QUERY__NODE__NODE_A_CONST,
        let value = node.pointee.a_const?.pointee
    else { return nil }
    switch value.val_case {
    case PG_QUERY__A__CONST__VAL_SVAL:
        return value.sval?.pointee.sval.map { String(cString: $0) }
    case PG_QUERY__A__CONST__VAL_IVAL:
        return "\(value.ival?.pointee.ival ?? 0)"
    case PG_QUERY__A__CONST__VAL_FVAL:
        return text(value.fval?.pointee.fval)
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        return value.boolval?.pointee.boolval == 1 ? "true" : "false"
    default:
        return nil
    }
}
