/// gRPC over connections that are there already.
@NullMarked
package sampan.buildkit.grpc;

import org.jspecify.annotations.NullMarked;
