package sampan.runtime.compile;

/// A descriptor that stays open in the program.
///
/// @param number what it is there, from 3
public record PassedFd(int slot, int number) {}
