package sampan.engine.services;

import java.util.List;

/// Hears how each stage of a build goes while it goes: stages that run at the same time are heard
/// at the same time. Called by the stages' threads, one at a time; it must not wait for anybody.
public interface StageListener extends BuildListener {
    /// @param stage its number in the Dockerfile
    void on(int stage, BuildEvent event);

    /// What the build is made of; called once, before anything runs.
    void planned(List<Outline> stages);

    /// The stage failed, or was given up because another did.
    void failed(int stage, Throwable cause);

    /// A stage.
    ///
    /// @param name empty where it has none
    /// @param base image it stands on; empty where it stands on a stage or on nothing
    /// @param steps instructions in order, without the FROM
    record Outline(int stage, String name, String base, List<Instructed> steps) {
        public Outline {
            steps = List.copyOf(steps);
        }
    }

    /// @param line in the Dockerfile, from 1
    record Instructed(String keyword, String text, int line) {}
}
