"""The few who see the case of somebody under 18 (社区矫正法 52, 54): named, and ended."""
