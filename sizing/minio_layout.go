package sizing

// MinIORequest is what a server of the object store asks for: its node, nine tenths of
// what that leaves to pods.
func (p *Plan) MinIORequest() PodRequest { return p.mostOf(RoleMinIO) }
