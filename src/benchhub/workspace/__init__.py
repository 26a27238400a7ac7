"""What a path tells: configuration, labels, detection, who, which repository, revision and machine."""
