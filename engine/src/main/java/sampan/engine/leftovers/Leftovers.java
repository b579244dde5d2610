package sampan.engine.leftovers;

import java.util.List;

/// Finds what is left over of one kind of things. Finds only what is certainly this daemon's, by
/// its places and names, and never what is being made at the moment.
public interface Leftovers {
    List<Leftover> find();
}
