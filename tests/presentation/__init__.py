"""What the movement challenge catches and what not, shown on prints, screens, poses and a clip."""
